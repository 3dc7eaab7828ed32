"""What is sealed, and with what."""

from dwhisper_worker.sealing import new_key

from dwhisper_gui.runners.conductor import ConductorSetup
from dwhisper_gui.runners.sealed import Seals


def test_keys_are_not_shown_by_accident() -> None:
    pool_key = new_key()
    seals = Seals.new("job", pool_key)
    shown = repr(seals) + repr(ConductorSetup("pool", pool_key, "install"))
    assert "install" in shown
    assert not any(repr(key) in shown for key in (pool_key, seals.key))
