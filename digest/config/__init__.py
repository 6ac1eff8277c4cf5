"""TOML -> Settings, or every fault at once; and the starter that `digest init` writes."""

from digest.config.checking import check_profile
from digest.config.home import Home, load
from digest.config.naming import slack_names
from digest.config.schema import keys
from digest.config.starter import init

__all__ = ["Home", "check_profile", "init", "keys", "load", "slack_names"]
