"""TOML -> Settings, or every fault at once; and the starter that `digest init` writes."""

from digest.config.load import load
from digest.config.naming import slack_names
from digest.config.schema import keys
from digest.config.starter import init

__all__ = ["init", "keys", "load", "slack_names"]
