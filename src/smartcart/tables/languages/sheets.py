"""Words of sheets that people keep by hand, in many languages: who, what, how much.

Only what cannot also ask how many pieces (German ``Wieviel``, French ``Combien``) is an amount.
"""

_WHO = (
    *("who", "who bought", "who paid", "bought by", "sold to whom", "party", "party name"),
    *("name of customer", "name of the customer", "for whom", "to whom"),
    *("qui", "pour qui", "à qui", "acheté par", "vendu à"),
    *("wer", "für wen", "an wen", "verkauft an", "gekauft von", "wer hat gekauft"),
    *("quién", "quien", "a quién", "para quién", "comprado por", "vendido a"),
    *("quem", "para quem", "quem comprou", "chi", "a chi", "per chi", "chi ha comprato"),
    *("wie", "wie kocht", "voor wie", "aan wie", "kto", "komu", "dla kogo", "kdo", "pro koho"),
    *("vem", "till vem", "hvem", "til hvem", "kuka", "kenelle", "kinek", "cine"),
    *("кто", "кому", "для кого", "хто", "кой", "ποιος", "σε ποιον", "kim", "kime", "siapa"),
    *("من", "مين", "لمن", "ai mua", "誰", "だれ", "谁", "誰買", "누가", "누구"),
)
PARTS = {
    "customer": _WHO,
    "who": _WHO,  # may be who sold: only where nothing else names buyers
    "amount": (
        *("how much", "how much paid", "what they paid", "money", "money in", "rs", "rupees"),
        *("réglé", "encaissé", "beglichen", "cobrado", "incassato", "voldaan", "opłacono"),
        *(
            "uhrazeno",
            "recebido",
            "payé",
            "argent",
            "bezahlt",
            "geld",
            "cuánto",
            "cuanto",
            "pagado",
            "plata",
            "dinero",
        ),
        *("quanto", "dinheiro", "soldi", "pagato", "betaald", "pieniądze", "zapłacono", "peníze"),
        *(
            "zaplaceno",
            "betalt",
            "pengar",
            "penge",
            "hur mycket",
            "hvor meget",
            "hvor mye",
            "maksettu",
            "fizetve",
            "bani",
            "деньги",
        ),
        *("оплачено", "гроші", "пари", "λεφτά", "ödenen", "uang", "bayar", "المدفوع"),
        *("tiền", "いくら", "多少钱", "多少錢", "얼마"),
    ),
    "product": (
        *("what", "what they bought", "stuff", "thing", "things", "items bought"),
        *("quoi", "ware", "was gekauft", "qué", "que", "cosa", "o quê", "o que", "wat"),
        *("что", "що", "какво", "τι", "vad", "hvad", "hva", "mitä"),
        *("ماذا", "何", "なに", "什么", "什麼", "무엇", "뭐"),
    ),
    "date": (
        *("when", "quand", "wann", "cuándo", "cuando", "quando", "wanneer", "kiedy", "kdy", "när"),
        *("hvornår", "når", "milloin", "mikor", "când", "когда", "коли", "кога", "πότε"),
        *("ne zaman", "kapan", "متى", "いつ", "什么时候", "언제"),
    ),
}
STATES: dict[str, tuple[str, ...]] = {}
