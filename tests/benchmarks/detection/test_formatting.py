from benchmarks.detection.formatting import with_interval
from training.statistics.estimate import Estimate


def test_an_estimate_is_printed_with_its_interval() -> None:
    assert with_interval(Estimate(value=0.93, low=0.9, high=0.95)) == "0.930 [0.900, 0.950]"
