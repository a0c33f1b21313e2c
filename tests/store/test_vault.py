import pytest
from cryptography.fernet import Fernet

from bot.store.vault import Vault, WrongKeyError

OLD = Fernet.generate_key().decode()
NEW = Fernet.generate_key().decode()


def test_what_is_sealed_says_nothing_and_comes_back_whole():
    sealed = Vault([OLD]).seal({"name": "María García", "number": "Q1234"})
    assert b"Q1234" not in sealed
    assert Vault([OLD]).unseal(sealed) == {"name": "María García", "number": "Q1234"}


def test_after_a_new_key_the_old_values_are_still_read():
    sealed = Vault([OLD]).seal("kept")
    both = Vault([NEW, OLD])
    assert both.unseal(sealed) == "kept"
    with pytest.raises(WrongKeyError):
        Vault([NEW]).unseal(sealed)
    assert Vault([NEW]).unseal(both.reseal(sealed)) == "kept"


def test_a_changed_value_is_refused():
    sealed = bytearray(Vault([OLD]).seal("kept"))
    sealed[20] ^= 1
    with pytest.raises(WrongKeyError):
        Vault([OLD]).unseal(bytes(sealed))


def test_no_key_is_refused():
    with pytest.raises(ValueError, match="no secret key"):
        Vault([])


def test_a_chat_has_one_name_in_logs_which_needs_the_key():
    assert Vault([OLD]).pseudonym(1001) == Vault([NEW, OLD]).pseudonym(1001)
    assert Vault([OLD]).pseudonym(1001) != Vault([NEW]).pseudonym(1001)
    assert Vault([OLD]).pseudonym(1001) != Vault([OLD]).pseudonym(1002)
    assert "1001" not in Vault([OLD]).pseudonym(1001)
