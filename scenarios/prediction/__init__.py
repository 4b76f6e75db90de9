"""How long a run or a sweep takes, how much memory it needs, and whether this machine can do it.

>>> from mendsim import scenarios
>>> from mendsim.scenarios import prediction
>>> found = prediction.predict(scenarios.load("ladd"), threads=1)  # doctest: +SKIP
>>> found.time_s, found.memory_bytes  # doctest: +SKIP
(75.1, 412000000.0)
"""

from mendsim.scenarios.prediction.limits import check_memory
from mendsim.scenarios.prediction.run import Prediction, predict

__all__ = ["Prediction", "check_memory", "predict"]
