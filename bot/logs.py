"""Structured logs: a JSON line each, or a readable form on a terminal."""

import logging
import sys

import structlog


def configure() -> None:
    readable = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            *([] if readable else [structlog.processors.format_exc_info]),
            structlog.dev.ConsoleRenderer() if readable else structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    # Bolt warns that it leaves SLACK_BOT_TOKEN in the environment unread: we hand it over ourselves.
    logging.getLogger("slack_bolt.AsyncApp").setLevel(logging.ERROR)
    # Libraries: warnings only. LangChain reports our own step limit as a failed callback; it is no failure.
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    logging.getLogger("langchain_core.callbacks.manager").setLevel(logging.ERROR)
