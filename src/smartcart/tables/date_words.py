"""How people write days, as rules that put a cell into a form which ``strptime`` reads.

Each rule is a name and a few regular expressions with their replacements, understood alike by
Python's ``re`` and by RE2, so that the guess and the engine rewrite a cell in the same way; other
digits and the years of Thailand are put into ours by each in its own way. The rules are applied in
the order of the table; of each column only those are that one of its cells needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from smartcart.tables.patterns import lazy_pattern
from smartcart.tables.tokens import tokens

__all__ = [
    "BUDDHIST",
    "BUDDHIST_AHEAD",
    "BUDDHIST_YEAR",
    "DIGITS",
    "NEVER",
    "OTHER_DIGITS",
    "REWRITES",
    "in_buddhist_year",
    "names_a_month",
    "rewritten",
    "says_date",
    "says_month",
    "says_time",
]

NEVER = (
    "never",
    "nie",
    "niemals",
    "jamais",
    "nunca",
    "mai",
    "nooit",
    "not yet",
    "none yet",
    "tbd",
    "0000-00-00",
    "0000-00-00 00:00:00",
    "00/00/0000",
    "00-00-0000",
    "00.00.0000",
)
"""Lower-case words that mean "no day" in a column of dates: nothing happened yet."""

_L = "A-Za-zÀ-ÖØ-öø-ÿĀ-žА-Яа-яЁёІЇЄҐіїєґΆ-ώא-תء-ي"
_MONTHS = {  # English, German, French, Spanish, Italian, Portuguese, Dutch, then all others
    "Jan": "jan|january|januar|jänner|jaenner|jän|janvier|janv|enero|ene|gennaio|genn|gen|janeiro|"
    "januari|oca|ocak|sty|stycznia|styczeń|янв|января|январь|tammi|ledna|led",
    "Feb": "feb|february|februar|feber|février|fevrier|févr|fevr|fév|fev|febrero|febbraio|febbr|"
    "fevereiro|februari|şub|şubat|lut|lutego|luty|фев|февр|февраля|февраль|helmi|února|úno",
    "Mar": "mar|march|märz|maerz|mrz|mär|mars|marzo|março|marco|maart|mrt|maa|"
    "mart|maret|marca|marzec|мар|марта|март|maalis|března|bře",
    "Apr": "apr|april|avril|avr|abril|abr|aprile|nis|nisan|kwi|kwietnia|kwiecień|апр|апреля|апрель|"
    "huhti|dubna|dub",
    "May": "may|mai|mayo|maggio|magg|mag|maio|mei|maj|maja|мая|май|mayıs|touko|května|kvě",
    "Jun": "jun|june|juni|juin|junio|giugno|giu|junho|haz|haziran|cze|czerwca|czerwiec|"
    "июн|июня|июнь|kesä|června|čvn",
    "Jul": "jul|july|juli|juillet|juil|julio|luglio|lug|julho|tem|temmuz|lip|lipca|lipiec|"
    "июл|июля|июль|heinä|července|čvc",
    "Aug": "aug|august|août|aout|aoû|agosto|ago|augustus|augusti|agustus|agt|agu|ağu|ağustos|sie|"
    "sierpnia|sierpień|авг|августа|август|elo|srpna|srp",
    "Sep": "sep|sept|september|septembre|septiembre|setiembre|settembre|sett|set|setembro|"
    "eyl|eylül|wrz|września|wrzesień|сен|сент|сентября|сентябрь|syys|září|zář",
    "Oct": "oct|october|oktober|okt|octobre|octubre|ottobre|ott|outubro|out|"
    "eki|ekim|paź|października|październik|окт|октября|октябрь|loka|října|říj",
    "Nov": "nov|november|novembre|noviembre|novembro|kas|kasım|listopada|listopad|lis|"
    "ноя|нояб|ноября|ноябрь|marras",
    "Dec": "dec|december|dezember|dez|décembre|decembre|déc|diciembre|dic|dicembre|dezembro|"
    "des|desember|ara|aralık|gru|grudnia|grudzień|дек|декабря|декабрь|joulu|prosince|pro",
}
_MORE_MONTHS = {  # Greek, Ukrainian, Bulgarian, Hebrew, Arabic, Lithuanian, Latvian, Estonian ...
    "Jan": r"ม\.?ค\.?|มกราคม|"
    "ιανουαρίου|ιαν|січня|січ|януари|яну|ינואר|يناير|sausio|janvāris|janvārī|jaanuar|"
    "január|januára",
    "Feb": r"ก\.?พ\.?|กุมภาพันธ์|"
    "φεβρουαρίου|φεβ|лютого|лют|февруари|פברואר|فبراير|vasario|februāris|februārī|"
    "veebruar|február|februára",
    "Mar": r"มี\.?ค\.?|มีนาคม|"
    "μαρτίου|μαρ|березня|бер|март|מרץ|مارس|kovo|marts|martā|märts|marec|marca|március",
    "Apr": r"เม\.?ย\.?|เมษายน|"
    "απριλίου|απρ|квітня|кві|април|אפריל|أبريل|ابريل|إبريل|balandžio|aprīlis|aprīlī|"
    "aprill|apríl|apríla|április",
    "May": r"พ\.?ค\.?|พฤษภาคม|"
    "μαΐου|μαΐ|травня|тра|май|מאי|مايو|gegužės|maijs|maijā|máj|mája|május",
    "Jun": r"มิ\.?ย\.?|มิถุนายน|"
    "ιουνίου|ιουν|червня|чер|юни|יוני|يونيو|birželio|jūnijs|jūnijā|juuni|jún|júna|június",
    "Jul": r"ก\.?ค\.?|กรกฎาคม|"
    "ιουλίου|ιουλ|липня|лип|юли|יולי|يوليو|liepos|jūlijs|jūlijā|juuli|júl|júla|július",
    "Aug": r"ส\.?ค\.?|สิงหาคม|"
    "αυγούστου|αυγ|серпня|сер|август|אוגוסט|أغسطس|اغسطس|rugpjūčio|augusts|augustā|"
    "augusta|augusztus",
    "Sep": r"ก\.?ย\.?|กันยายน|"
    "σεπτεμβρίου|σεπ|вересня|вер|септември|сеп|ספטמבר|سبتمبر|rugsėjo|septembris|"
    "septembrī|szeptember|septembra",
    "Oct": r"ต\.?ค\.?|ตุลาคม|"
    "οκτωβρίου|οκτ|жовтня|жов|октомври|אוקטובר|أكتوبر|اكتوبر|spalio|oktobris|oktobrī|"
    "oktoober|október|októbra",
    "Nov": r"พ\.?ย\.?|พฤศจิกายน|"
    "νοεμβρίου|νοε|листопада|лис|ноември|ное|נובמבר|نوفمبر|lapkričio|novembris|novembrī|novembra",
    "Dec": r"ธ\.?ค\.?|ธันวาคม|"
    "δεκεμβρίου|δεκ|грудня|гру|декември|דצמבר|ديسمبر|gruodžio|decembris|decembrī|"
    "detsember|decembra",
}
_DAYS = (
    "mon|tues?|wed|thu|thurs?|fri|sat|sun|monday|tuesday|wednesday|thursday|friday|saturday|sunday|"
    "mo|di|mi|do|fr|sa|so|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag|"
    "lun|mar|mer|jeu|ven|sam|dim|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|"
    "mié|mie|jue|vie|sáb|sab|dom|lunes|martes|miércoles|miercoles|jueves|viernes|sábado|sabado|"
    "domingo|gio|lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica|"
    "seg|ter|qua|qui|sex|(?:segunda|terça|quarta|quinta|sexta)(?:-feira)?|"
    "ma|wo|vr|za|zo|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag"
)
_AT = "at|klo|um|om|à|alle|alle ore|ore|a las|às|as|kl|@|-|–"
_CLOCK = "[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?"
_HALF = "(?: ?(?:[AaPp][Mm]|[AaPp]\\. ?[Mm]\\.|SA|CH|[صم]))?"
_HOURS = "(?i:uhr|h|hs|hrs|uur)"
_ON = "(?i:on|ngày|am|le|el|del|il|op)"
_DAY = rf"[{_L}0-9][^:]{{5,40}}"
_ZONE = (
    r"\[?[A-Z][A-Za-z]+/[A-Za-z_/]+\]?|\(?(?:UTC|GMT|Z)? ?[-+][0-9]{1,2}(?::?[0-9]{2})?\)?"
    r"(?: ?\[[A-Za-z_/]+\])?|\(?(?:Z|ET|CT|MT|PT|UT|[A-Z]{3,5})\)?|"
    rf"(?i:(?:[{_L}'’.]+ ){{0,4}}(?:time|zeit|heure|hora|ora|tijd)(?: [{_L}'’.]+){{0,4}})"
)

DIGITS, BUDDHIST = "digits", "Buddhist years"
"""Rules without patterns: signs for signs, and 543 less where all years of a column are such."""
_ZEROS = (0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0xFF10)
"""Arabic, Persian, Devanagari, Bengali, Thai and full-width."""
OTHER_DIGITS = "".join(chr(zero + i) for zero in _ZEROS for i in range(10))
BUDDHIST_YEAR = r"^(.*(?:^|[-/. ]))(25(?:[4-7][0-9]|80))((?:[-/. T].*)?)$"
"""What stands before a year of Thailand of our time, from 2540 (1997) to 2580, it, and the rest."""
BUDDHIST_AHEAD = 543

REWRITES: dict[str, tuple[tuple[str, str], ...]] = {
    "marks": (("[\u200e\u200f\u061c\u202a-\u202c]", ""), ("،", ",")),  # of the way that is written
    DIGITS: (),
    "blanks": (("[ \t\u00a0\u2009\u202f\u3000]+", " "),),
    "time first": (
        (
            rf"^({_CLOCK}(?:\.[0-9]+)?{_HALF})(?: ?{_HOURS}\.?)?(?:, ?| )(?:{_ON} )?({_DAY})$",
            r"\2 \1",
        ),
    ),
    "characters": (  # Vietnamese, Chinese, Japanese, Korean
        (r"(?i)^([0-9]{1,2}) tháng ([0-9]{1,2}),?(?: năm)? ([0-9]{4})", r"\3-\2-\1"),
        ("^([0-9]{4}) ?[年년] ?([0-9]{1,2}) ?[月월] ?([0-9]{1,2}) ?[日일号號]?", r"\1-\2-\3"),
        ("^([0-9]{4}) ?[年년] ?([0-9]{1,2}) ?[月월]$", r"\1-\2"),
        (
            " ?([0-9]{1,2}) ?[時时點点시] ?([0-9]{1,2}) ?[分분] ?([0-9]{1,2}) ?[秒초]",
            r" \1:\2:\3",
        ),
        (" ?([0-9]{1,2}) ?[時时點点시] ?([0-9]{1,2}) ?[分분]", r" \1:\2"),
    ),
    "points": (
        (r"^([0-9]{4})\. ?([0-9]{1,2})\. ?([0-9]{1,2})\.?( |$)", r"\1-\2-\3\4"),
        (r"^([0-9]{1,2})\. ([0-9]{1,2})\. ([0-9]{4}|[0-9]{2})", r"\1.\2.\3"),
    ),
    "brackets": ((r" ?[(（][^()（）0-9]{1,60}[)）]", ""),),
    "weekdays": (
        (rf"(?i)^(?:{_DAYS})\.?,? ([0-9]{{1,2}}[^0-9:]{{0,6}}[{_L}]{{3}}|[{_L}]{{3}})", r"\1"),
        (rf"(?i)^(?:{_DAYS})\.?,? ([0-9]{{1,4}}[-/.][0-9])", r"\1"),
    ),
    "ordinals": (
        (r"([0-9]{4}) ?(?:г\.|года?|г|р\.|року|р)([ ,]|$)", r"\1\2"),
        (r"(?i)([0-9])(?:st|nd|rd|th|er|ère|ste|de|e|º|ª|°)([ ,]|$)", r"\1\2"),
        (r"(?i)(^| )(?:the|de|del|of|di|den|il|le|el|am) ", r"\1"),
    ),
    "months": (
        (rf"^([0-9]{{1,2}})\.? ?([{_L}])", r"\1 \2"),
        (rf"([{_L}]{{3,}})\.", r"\1"),
        *(
            (rf"(?i)(^|[^{_L}])(?:{names}|{_MORE_MONTHS[month]})([^{_L}]|$)", rf"\1{month}\2")
            for month, names in _MONTHS.items()
        ),
        (r"^([0-9]{4})\. ?([A-Z][a-z]{2}) ([0-9]{1,2})\.?( |$)", r"\1 \2 \3\4"),
        (r"(^|[- ])([A-Z][a-z]{2})([0-9])", r"\1\2 \3"),
    ),
    "clock": (
        (rf"(?i)([0-9]),? (?:{_AT})\.? ([0-9]{{1,2}} ?[:.h])", r"\1 \2"),
        ("([0-9]), ?([0-9]{1,2} ?[:.h])", r"\1 \2"),
        ("(?i)( [0-9]{1,2}) ?h ?([0-9]{2})(?: ?m| ?min)?( |$)", r"\1:\2\3"),
        (r"(?i)(:[0-9]{2}) ?(?:uhr|hrs?|hs|h|uur|heures|horas|ore|kl)\.?$", r"\1"),
        (r" ([0-9]{1,2})\.([0-9]{2})\.([0-9]{2})( |$)", r" \1:\2:\3\4"),
        (r" ([0-9]{1,2})\.([0-9]{2})( |$)", r" \1:\2\3"),
    ),
    "halves": (
        (r"(?i)([0-9]) ?([ap])\. ?m\.?( |$)", r"\1 \2m\3"),
        (rf"({_CLOCK}) ?(?:ص|صباحا)$", r"\1 AM"),
        (rf"({_CLOCK}) ?(?:م|مساء)$", r"\1 PM"),
        (rf"({_CLOCK}) ?(?:SA|πμ|π\.μ\.)$", r"\1 AM"),
        (rf"({_CLOCK}) ?(?:CH|μμ|μ\.μ\.)$", r"\1 PM"),
        (rf"(?:오전|上午|午前|AM|am) ?({_CLOCK})", r"\1 AM"),
        (rf"(?:오후|下午|午後|PM|pm) ?({_CLOCK})", r"\1 PM"),
    ),
    "24 hours": (
        (
            r"([ T])(1[3-9]|2[0-3]|00)(:[0-9]{2}(?::[0-9]{2})?(?:\.[0-9]+)?) ?[AaPp][Mm]",
            r"\1\2\3",
        ),
    ),
    "zones": ((rf"(:[0-9]{{2}}(?:\.[0-9]+)?(?: ?[AaPp][Mm])?) ?(?:{_ZONE})$", r"\1"),),
    BUDDHIST: (),
}
"""By name, in the order in which they are applied: patterns and what takes their place."""

_GUESSED = tuple(name for name in REWRITES if name != BUDDHIST)
_OURS = str.maketrans(OTHER_DIGITS, "0123456789" * len(_ZEROS))
_BUDDHIST_YEAR = lazy_pattern(BUDDHIST_YEAR)


@cache
def _compiled(name: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((lazy_pattern(pattern), to) for pattern, to in REWRITES[name])


def _of_our_years(match: re.Match[str]) -> str:
    return f"{match[1]}{int(match[2]) - BUDDHIST_AHEAD}{match[3]}"


def in_buddhist_year(text: str) -> bool:
    """Return whether a day's year is one of Thailand of our time, from 2540 (1997) to 2580.

    >>> [in_buddhist_year(day) for day in ("15/1/2566", "2566-01-15", "15/1/2581", "15/1/2023")]
    [True, True, False, False]
    """
    return _BUDDHIST_YEAR.fullmatch(text) is not None


def rewritten(text: str, names: Iterable[str] = _GUESSED) -> tuple[str, tuple[str, ...]]:
    """Return a cell after the rules of ``names``, and the names of those that changed it.

    >>> rewritten("3. März 2024"), rewritten("2024년 1월 3일")
    (('3 Mar 2024', ('months',)), ('2024-1-3', ('characters',)))
    >>> rewritten("Wed, January 3rd 2024, 4:22 p.m. Eastern Time")[0]
    'Jan 3 2024 4:22 pm'
    >>> rewritten("08:10:00, 18/1/2023"), rewritten("١٨/١/٢٠٢٣")[0]
    (('18/1/2023 08:10:00', ('time first',)), '18/1/2023')
    """
    used = []
    for name in names:
        before = text
        if name == DIGITS:
            text = text.translate(_OURS)
        elif name == BUDDHIST:
            text = _BUDDHIST_YEAR.sub(_of_our_years, text)
        for pattern, to in _compiled(name):
            text = pattern.sub(to, text)
        if text != before:
            used.append(name)
    return text, tuple(used)


# Names -----------------------------------------------------------------------------------------

_DATED = lazy_pattern(
    r"\b(dates?|\w*datum|fechas?|dt|dat|timestamp|date ?time|dob|birth(day)?|born|created|updated|"
    r"joined|registered|sign(ed)? ?up|since|yyyymm(dd)?|ymd?|zeitpunkt|geburts\w*|am|at|on|seit|"
    r"desde|depuis|tarih\w*|дата|日|日付|日時|日期|时间|時間|날짜|일자|일시)\b"
    r"|^data( (de|do|da|di|del|della|cadastro|nascimento|compra|pedido|ordine|nascita|acquisto|"
    r"registrazione|iscrizione|ultim\w+|primeir\w+|prim\w+)\b.*)?$"
    r"|(日|日付|日時|日期|时间|時間|날짜|일|일자|일시)$"
)
_TIMED = lazy_pattern(r"\b(time|times?tamp|ts|epoch|unix|zeit|hora|heure|ora|tijd|event)\b")
_YEAR = r"(?:19|20)[0-9]{2}"
_ONE_MONTH = lazy_pattern(
    rf"(?i)(?:{'|'.join((*_MONTHS.values(), *_MORE_MONTHS.values()))})\.?"
    rf"(?:[ ._/'’-]*(?:{_YEAR}|[0-9]{{2}}))?"
    rf"|{_YEAR}[-/. ](?:0?[1-9]|1[0-2])|(?:0?[1-9]|1[0-2])[-/. ]{_YEAR}"
)
_MONTHLY = lazy_pattern(
    r"\b(month|ym|yyyymm|period|cohort|monat|periode|mes|mois|mese|maand|kohorte|cohorte)\b|月$|월$"
)
_COUNTED = lazy_pattern(
    r"\b(days|weeks|months|hours|minutes|seconds|years|num|number|count|anzahl|amount|value|spend|"
    r"spent|price|total|sum|score|revenue|sales|code|zip|phone|tage|dias|jours|avg|average|mean)\b"
)


def names_a_month(name: str) -> bool:
    """Return whether a name is that of one month, as columns of a table are headed.

    >>> [names_a_month(n) for n in ("Nov 2025", "2025-11", "März 24", "Feb", "01/2026")]
    [True, True, True, True, True]
    >>> [names_a_month(n) for n in ("Month", "2025", "Mar 3 visits", "13/2026")]
    [False, False, False, False]
    """
    return _ONE_MONTH.fullmatch(name.strip()) is not None


def says_date(name: str) -> bool:
    """Return whether a column's name says that it holds days.

    >>> [says_date(n) for n in ("Bestelldatum", "created_at", "Data de nascimento", "data_usage")]
    [True, True, True, False]
    """
    words = tokens(name)
    return _DATED.search(words) is not None and _COUNTED.search(words) is None


def says_time(name: str) -> bool:
    """Return whether a column's name says that it holds days or times."""
    words = tokens(name)
    return says_date(name) or (_TIMED.search(words) is not None and not _COUNTED.search(words))


def says_month(name: str) -> bool:
    """Return whether a column's name says that it holds months or days."""
    return says_date(name) or _MONTHLY.search(tokens(name)) is not None
