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
    logging.getLogger("slack_bolt.AsyncApp").addFilter(_is_news)
    # Libraries: warnings only. LangChain reports our own step limit as a failed callback; it is no failure.
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    logging.getLogger("langchain_core.callbacks.manager").setLevel(logging.ERROR)


def _is_news(record: logging.LogRecord) -> bool:
    """Bolt warns at each start that it leaves SLACK_BOT_TOKEN unread: we hand the token over ourselves."""
    return "`token`" not in str(record.msg)
