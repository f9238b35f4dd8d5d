import numpy as np
import pytest

from cleaners import language as language_module
from cleaners.language import language

SENTENCES = {
    "en": "The mayor opened the new bridge on Monday, a year late, and then crossed it on foot with her children.",
    "de": "Die Bürgermeisterin hat am Montag die neue Brücke eröffnet, ein Jahr später als es geplant gewesen war.",
    "fr": "La maire a inauguré lundi le nouveau pont, avec un an de retard, puis elle l'a traversé avec ses enfants.",
    "es": "La alcaldesa inauguró el lunes el nuevo puente, con un año de retraso, y lo cruzó a pie con sus hijos.",
    "it": "La sindaca ha inaugurato lunedì il nuovo ponte, con un anno di ritardo, e lo ha attraversato a piedi.",
    "pl": "Burmistrz otworzyła w poniedziałek nowy most, o rok później niż planowano, i przeszła przez niego pieszo.",
    "lt": "Merė pirmadienį atidarė naują tiltą, metais vėliau nei planuota, ir perėjo jį pėsčiomis su savo vaikais.",
    "ru": "Мэр города открыла в понедельник новый мост, на год позже, чем обещали, и перешла через него пешком.",
    "el": "Η δήμαρχος εγκαινίασε τη Δευτέρα τη νέα γέφυρα, με έναν χρόνο καθυστέρηση, και τη διέσχισε με τα πόδια.",
    "zh": "市长星期一为新桥揭幕，比原定计划晚了一年，随后她带着自己的孩子们一起步行过桥，许多市民也来到现场庆祝。",
}


@pytest.mark.parametrize("code", SENTENCES)
@pytest.mark.parametrize("times", [1, 10, 40])  # a text that is read whole, and two of which pieces are read
def test_a_text_has_the_language_of_its_sentences(code, times):
    assert language(" ".join([SENTENCES[code]] * times)) == code


def test_a_menu_in_another_language_does_not_speak_for_the_text():
    menu = "Startseite Nachrichten Wirtschaft Sport Wetter Anmelden Impressum "
    assert language(menu + " ".join([SENTENCES["en"]] * 10)) == "en"


def test_capitals_digits_and_short_texts():
    assert language(SENTENCES["de"].upper()) == "de"
    assert language("Hello!") is None
    assert language("1234567890 " * 100) == language("1234567890 " * 5)


def test_the_model_that_was_unpacked_before_is_the_same(tmp_path, monkeypatch):
    language_module.unpack_model(tmp_path)
    models = []
    for folders in ([], [str(tmp_path)]):
        monkeypatch.setattr(language_module, "folders", lambda folders=folders: folders)
        language_module._model.cache_clear()
        models.append(language_module._model())
    language_module._model.cache_clear()
    unpacked, kept = models
    assert kept.languages == unpacked.languages
    assert all(np.array_equal(*pair) for pair in zip(kept[1:], unpacked[1:], strict=True))
    assert kept.weights.base is not None, "it was read from the folder"
