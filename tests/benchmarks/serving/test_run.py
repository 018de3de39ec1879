import pytest

from benchmarks.serving import run


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--times", "0"], "--times must be above 1"),
        (["--photos-a-check", "4"], "leave out 'peers'"),
        (["--photos-a-check", "4", "--parts", "limit", "many clients"], "leave out 'many clients'"),
    ],
)
def test_what_could_not_be_compared_is_refused_before_anything_is_measured(
    arguments: list[str], message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["run", *arguments])
    with pytest.raises(SystemExit):
        run.main()
    assert message in capsys.readouterr().err
