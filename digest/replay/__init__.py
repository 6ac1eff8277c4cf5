"""Past days once more, each with its own clock, on a scratch store: what would have been sent?"""

from digest.replay.loading import Dumps, load
from digest.replay.picture import picture
from digest.replay.simulating import Course, Edition, Shown, replay

__all__ = ["Course", "Dumps", "Edition", "Shown", "load", "picture", "replay"]
