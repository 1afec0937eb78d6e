"""What can be done about one finding: the choices, and the data after one of them."""

from __future__ import annotations

from ftwidgets.data.changes.change import changed
from ftwidgets.data.changes.fitting import Changes, changed_by, everywhere_of
from ftwidgets.data.changes.remedy import mends_in, remedies
from ftwidgets.data.dataset import Dataset
from ftwidgets.data.findings import BY_NUMBER, Findings
from ftwidgets.data.rules import Mend
from ftwidgets.data.rules.rule import Spot
from ftwidgets.errors import InputError


def mends_of(findings: Findings, number: int) -> list[Mend]:
    """What can be done about the finding of this number, from 0: `words` are for a button.

    Several where one has to choose, as of two answers to one question; none where nothing can be done.
    """
    hit = findings.hits[number]
    rule, fault = findings.told(hit)
    survey, place = findings.surveys[hit["part"]], int(hit["place"])
    if rule.mend is None:
        return []
    if rule.tell is None:
        return [mend._replace(place=place) for mend in remedies(survey.data.rows[place], rule, fault)]
    spot = Spot(place, int(hit["other"]), float(hit["value"]))
    others = (findings.surveys[hit["against"]],) if rule.scope == "between" else ()
    return mends_in(rule.mend(survey, spot, *others))


def chosen(findings: Findings, number: int, choice: int = 0) -> Dataset:
    """The data, of those that were checked the ones that the finding is in, after one of the `mends_of` it.

    Raises:
        InputError: there is no such choice, or it would make an error.
    """
    mends = mends_of(findings, number)
    if not 0 <= choice < len(mends):
        raise InputError(f"There is no choice {choice} for this finding. {_offered(mends)}")
    mend, hit = mends[choice], findings.hits[number]
    survey, rule = findings.surveys[hit["part"]], BY_NUMBER[hit["rule"]]
    if mend.place < 0:
        changes = everywhere_of(survey, rule, mend, survey.places)
    else:
        changed_by(changes := Changes(), survey, rule, mend)
    data = changed(survey.data, mend.words, "fix", replaced=changes.replaced, dropped=changes.dropped, rule=rule.id)
    if data is survey.data:
        raise InputError(f"'{mend.words}' would change nothing, or make an error. Edit the line by hand.")
    return data


def _offered(mends: list[Mend]) -> str:
    if not mends:
        return "Nothing can be done about it but by hand."
    return f"What can be done: {', '.join(f'{number} ({mend.words})' for number, mend in enumerate(mends))}."
