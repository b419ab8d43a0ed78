"""Technical names of columns in SAP and its kin, as extracts bear them."""

PARTS = {
    "customer": ("KUNNR", "KUNAG", "KUNRG", "SOLD_TO", "SOLDTO", "SOLD-TO PARTY", "CARDCODE"),
    "order": ("VBELN", "AUBEL", "DOCNUM", "DOCENTRY", "SALESDOCUMENT", "BILLINGDOCUMENT"),
    "date": ("ERDAT", "AUDAT", "FKDAT", "BUDAT", "DOCDATE", "BILLINGDATE"),
    "amount": ("NETWR", "DOCTOTAL", "LINETOTAL", "NETAMOUNT"),
    "quantity": ("FKIMG", "KWMENG", "MENGE"),
    "product": ("MATNR", "ARKTX", "ITEMCODE"),
    "currency": ("WAERK", "WAERS"),
}
STATES: dict[str, tuple[str, ...]] = {}
