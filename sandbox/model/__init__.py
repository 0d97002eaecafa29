"""A stand-in for a language model: OpenAI's chat completions over HTTP, with usage, and what goes wrong."""
