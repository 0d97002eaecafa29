"""Structured logs: a JSON line each, or a readable form on a terminal. What libraries say goes the same way.

Every line passes the redaction; lines about a run carry `run` and `tenant`.
"""

import json
import logging
import sys
from typing import TextIO, cast

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

from bot.redaction import redacted


def configure(stream: TextIO | None = None) -> None:
    """Ours from `info` up, libraries' from `warning` up; on the standard error, or on `stream` instead."""
    out = _Losing(stream or sys.stderr)
    ending = _ending(readable=out.isatty())
    beginning: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
    ]
    structlog.configure(
        processors=[*beginning, *ending],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, out)),
    )
    handler = logging.StreamHandler(cast(TextIO, out))
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*beginning, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    logging.getLogger("slack_bolt.AsyncApp").addFilter(_is_news)
    # LangChain reports our own step limit as a failed callback; it is no failure.
    logging.getLogger("langchain_core.callbacks.manager").setLevel(logging.ERROR)


class _Losing:
    """A stream that loses what it can't write, and says how much once it can again.

    A disk that is full for the database is often full for the log as well, and no line is worth a run.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lost = 0

    def write(self, text: str) -> None:
        try:
            if self._lost:
                event = {"event": "log_lines_lost", "count": self._lost, "level": "warning"}
                self._stream.write(f"{json.dumps(event)}\n")
            self._stream.write(text)
            self._stream.flush()
        except OSError:
            self._lost += 1
        else:
            self._lost = 0

    def flush(self) -> None:
        """Each line was flushed."""

    def isatty(self) -> bool:
        return self._stream.isatty()


def _ending(*, readable: bool) -> list[Processor]:
    """Tracebacks become text before the redaction, and never show local variables."""
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if readable
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    return [structlog.processors.format_exc_info, _redact, renderer]


def _redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    clean: EventDict = redacted(event)
    return clean


def _is_news(record: logging.LogRecord) -> bool:
    """Bolt warns at each start that it leaves SLACK_BOT_TOKEN unread: we hand the token over ourselves."""
    return "`token`" not in str(record.msg)
