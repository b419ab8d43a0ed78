"""Words of German, Spanish, French and Portuguese shops, a row per meaning.

Each cell is a regular expression over the tokens of a column name with accents folded and articles
left out (``Fecha de nacimiento`` -> ``fecha nacimiento``, ``Käufe`` or ``Kaeufe`` -> ``kaufe``).
The role, the reason and the types that go with a meaning stand in ``tables.vocabulary``.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ARTICLES", "LANGUAGES", "WORDS", "Row"]

LANGUAGES = {"de": "German", "es": "Spanish", "fr": "French", "pt": "Portuguese"}
ARTICLES = {
    "de",
    "del",
    "la",
    "las",
    "el",
    "los",
    "le",
    "les",
    "du",
    "des",
    "d",
    "l",
    "da",
    "do",
    "das",
    "dos",
    "der",
    "die",
    "den",
    "dem",
}

_SAID_LAST = r"(?!.*\b(ultim|dernier|letzt|primer|premier|erst))"  # one order, not all of them
_DE_BUY = r"(kaufe|einkaufe|kauf|einkauf|bestellungen)"
_ES_COUNT = r"(?:(?:numero|num|no|nro|cantidad|total) )?"
_FR_COUNT = r"(?:(?:nombre|nb|nbre|total) )?"
_PT_COUNT = r"(?:(?:numero|num|no|qtd|qtde|quantidade|total) )?"


@dataclass(frozen=True, slots=True)
class Row:
    """One meaning in four languages; an empty cell has no common word."""

    meaning: str
    de: str = ""
    es: str = ""
    fr: str = ""
    pt: str = ""


WORDS: tuple[Row, ...] = (
    Row(
        "id",
        de=r"(kunden?|kd|mitglieds?|benutzer|nutzer|konto|gast|gaste) ?(id|nr|no|nummer|num|"
        r"kennung|code|"
        r"schlussel)|kunden?|kundin|mitglied",
        es=r"(id|codigo|cod|numero|num|no|nro|clave)( (cliente|socio|usuario|persona))?|"
        r"(cliente|socio|usuario)( (id|codigo|cod|numero|num|no|nro))?",
        fr=r"(id|identifiant|code|numero|num|no|ref|reference)( (client|cliente|adherent|membre|"
        r"utilisateur))?|(n|no) client|(client|cliente|adherent|membre|utilisateur)"
        r"( (id|code|numero|num|no))?",
        pt=r"(id|codigo|cod|numero|num|no)( (cliente|socio|usuario|membro))?|"
        r"(cliente|socio|usuario|membro)( (id|codigo|cod|numero|num|no))?",
    ),
    Row(
        "index",
        de=r"zeilen?( ?(nr|nummer))?|lfd nr|laufende nummer",
        es="fila|indice",
        fr="ligne|indice",
        pt="linha|indice",
    ),
    Row(
        "contact",
        de=r"(vor|nach|familien|kunden)?name|e ?mail( ?adresse)?|mail|telefon( ?nummer)?|"
        r"(handy|mobil)( ?(nummer|telefon))?|.*(adresse|anschrift|strasse)|hausnummer|plz|npa|"
        r"post(nummer|nr)|"
        r"postleitzahl|.*nachname|.*vorname|.*telefon( ?nummer)?",
        es=r"nombres?( (completo|cliente))?|apellidos?|correo( electronico)?|telefono|movil|"
        r"celular|direccion( .+)?|calle|codigo postal|cp|(nombre|apellidos?|telefono|correo) .+",
        fr=r"nom( (complet|famille|client))?|prenom|courriel|(adresse )?(e ?mail|mail|"
        r"electronique)|telephone( .+)?|portable|adresse( .+)?|rue|code postal|cp|(nom|prenom) .+",
        pt=r"nome( (completo|cliente))?|sobrenome|apelido|correio eletronico|telefone|celular|"
        r"telemovel|endereco( .+)?|morada|rua|cep|codigo postal|(nome|telefone) .+",
    ),
    Row(
        "outcome",
        de=r".*\b(gekundigt|kundigung|abgewandert|abwanderung|storniert)\b.*|reaktion|antwort",
        es=r".*\b(abandono|abandonado|fuga|respondio|cancelado|cancelo|convertido)\b.*|baja|"
        r"respuesta|objetivo",
        fr=r".*\b(resilie|resiliation|desabonne|desabonnement|converti)\b.*|reponse|parti|cible",
        pt=r".*\b(cancelou|cancelado|cancelamento|evasao|respondeu|abandono|abandonou|converteu)"
        r"\b.*|resposta|alvo",
    ),
    Row(
        "birth",
        de=r".*geburt.*|geb( ?(datum|jahr|tag))?|jahrgang",
        es=r".*\bnacimiento\b.*|nacid[oa]",
        fr=r".*\bnaissance\b.*|nee?",
        pt=r".*\bnascimento\b.*|nascid[oa]|(data )?nasc",
    ),
    Row(
        "age",
        de=r"(lebens)?alter( (in )?jahren?)?|(kunden)?alter",
        es=r"edad( (anos|cliente))?",
        fr=r"age( (client|annees))?",
        pt=r"idade( (anos|cliente))?",
    ),
    Row(
        "demographic",
        de=r"geschlecht|anrede|familienstand|zivilstand|bildung\w*( ?(abschluss|grad|niveau))?|"
        r"(schul)?abschluss|schulbildung|ausbildung|land|staat|bundesland|kanton|region|ort|"
        r"wohnort|stadt|plz|postleitzahl|sprache|nationalitat|staatsangehorigkeit|beruf|religion",
        es=r"genero|sexo|estado( civil)?|(nivel )?(educacion|educativo|estudios)|pais|ciudad|"
        r"provincia|region|comunidad( autonoma)?|municipio|localidad|codigo postal|cp|idioma|"
        r"nacionalidad|profesion|ocupacion",
        fr=r"sexe|genre|civilite|etat( civil)?|situation (familiale|matrimoniale)|"
        r"(niveau )?(education|etudes?)|diplome|pays|ville|region|departement|code postal|cp|"
        r"langue|nationalite|profession|metier|csp",
        pt=r"genero|sexo|estado( civil)?|(nivel |grau )?(educacao|escolaridade|instrucao|"
        r"formacao)|pais|cidade|uf|regiao|municipio|bairro|cep|codigo postal|idioma|"
        r"nacionalidade|profissao|ocupacao",
    ),
    Row(
        "household",
        de=r".*\b(kinder|kind|kinderzahl|haushalt\w*|partner|verheiratet|jugendliche)\b.*",
        es=r".*\b(hij[oa]s?|hogar|familia|pareja|casad[oa]|adolescentes|ninos)\b.*",
        fr=r".*\b(enfants?|foyer|menage|conjoint|mariee?|adolescents|ados)\b.*",
        pt=r".*\b(filh[oa]s?|criancas?|familia|familiar|conjuge|casad[oa]|dependentes?|"
        r"adolescentes)\b.*",
    ),
    Row(
        "complaint",
        de=r".*\b(beschwerden?|reklamation(en)?)\b.*",
        es=r".*\b(quejas?|reclamacion(es)?|reclamos?)\b.*",
        fr=r".*\b(plaintes?|reclamations?)\b.*",
        pt=r".*\b(reclamac(ao|oes)|queixas?)\b.*",
    ),
    Row(
        "income",
        de=r".*(einkommen|gehalt|verdienst)",
        es=r".*\b(ingresos?|salario|sueldo|renta)\b.*",
        fr=r".*\b(revenus?|salaire)\b.*",
        pt=r".*\b(renda|salario|rendimentos?|ordenado)\b.*",
    ),
    Row(
        "recency",
        de=r"(tage|wochen|monate) (seit|ohne) .*(letzt|kauf|bestell|einkauf).*",
        es=r"(dias|semanas|meses) (desde|sin) .*(ultim|compra|pedido|visita).*|recencia",
        fr=r"(jours|semaines|mois) (depuis|sans) .*(derni|achat|commande|visite).*|recence",
        pt=r"(dias|semanas|meses) (desde|sem) .*(ultim|compra|pedido|visita).*|recencia",
    ),
    Row(
        "first_date",
        de=r"(kund(e|in)|mitglied|angemeldet|registriert|dabei) (seit|am)|seit|"
        r"(anmelde|registrierungs|eintritts|beitritts|kunden|anlage ?)datum|anmeldung|"
        r"registrierung|"
        r"(erst(kauf|bestellung)|erste (bestellung|anreise|buchung|rechnung)|"
        r"erster kauf)( ?(datum|am))?",
        es=r"(cliente|socio|miembro) desde|desde|(fecha )?(alta|registro|inscripcion|"
        r"incorporacion)( cliente)?|fecha (cliente|ingreso)|(fecha )?primera? (compra|pedido)",
        fr=r"(client|cliente|membre|adherente?|inscrite?) depuis|depuis|"
        r"(date )?(inscription|adhesion|creation|entree)( (client|compte))?|date client|"
        r"(date )?(premier achat|premiere commande)",
        pt=r"(cliente|socio|membro) desde|desde|(data )?(cadastro|registro|registo|inscricao|"
        r"adesao)( cliente)?|data (cliente|entrada)|(data )?primeir[oa] (compra|pedido)",
    ),
    Row(
        "last_date",
        de=r"(datum )?letzter? (kauf|bestellung|einkauf|rechnung|buchung|beleg|"
        r"abreise|anreise|auftrag)( ?(datum|am))?",
        es=r"(fecha )?ultim[oa] (compra|pedido|factura|reserva)",
        fr=r"(date )?(dernier achat|derniere (commande|facture|reservation))",
        pt=r"(data )?ultim[oa] (compra|pedido|fatura|reserva)",
    ),
    Row(
        "last_date",  # of a visit or use, which need not be a purchase
        de=r"(datum )?letzter? (aktivitat|login|anmeldung|zugriff)( ?(datum|am))?",
        es=r"(fecha )?ultim[oa] (actividad|acceso|conexion|sesion)",
        fr=r"(date )?(dernier acces|derniere (activite|connexion))",
        pt=r"(data )?ultim[oa] (atividade|acesso|sessao)",
    ),
    Row(
        "last_seen",
        de=r"(datum )?letzter? besuch( ?(datum|am))?",
        es=r"(fecha )?ultima visita",
        fr=r"(date )?(derniere visite|dernier passage)",
        pt=r"(data )?ultima visita",
    ),
    Row(
        "tenure",
        de=r"(kunden|vertrags|mitgliedschafts)dauer.*|(tage|monate|jahre) (als )?kunde",
        es=r"antiguedad.*|(dias|meses|anos) (como )?cliente|permanencia",
        fr=r"anciennete.*|(jours|mois|annees) client",
        pt=r"tempo (cliente|casa|relacionamento).*|antiguidade.*|"
        r"(dias|meses|anos) (como )?cliente",
    ),
    Row(
        "deals",
        de=r"(anzahl )?((rabatt|gutschein|angebots|aktions) ?)"
        rf"({_DE_BUY}|nutzungen)|(anzahl )?(rabatte?|gutscheine?)|{_DE_BUY} (mit|auf) "
        r"(rabatt|gutschein|angebot)",
        es=rf"{_ES_COUNT}(descuentos?|cupon(es)?)( (usad[oa]s|utilizad[oa]s))?|"
        rf"{_ES_COUNT}compras (con |en )?(descuento|ofertas?|cupon|promocion)",
        fr=rf"{_FR_COUNT}(remises?|reductions?|coupons?)( utilisee?s)?|"
        rf"{_FR_COUNT}(achats|commandes) (en |avec )?(promo|promotion|remise|reduction)",
        pt=rf"{_PT_COUNT}(descontos?|cupo(m|ns))( usad[oa]s)?|"
        rf"{_PT_COUNT}compras (com |em )?(desconto|ofertas?|cupom|promocao)",
    ),
    Row(
        "visits",
        de=r"(anzahl )?((web|website|seiten|shop|filial|online) ?)?(besuche|aufrufe|sitzungen|"
        r"logins)( ((pro|im) )?monat)?",
        es=rf"{_ES_COUNT}(visitas|sesiones|accesos)( (web|sitio|tienda|online))?"
        r"( (al |por )?(mes|mensuales))?",
        fr=rf"{_FR_COUNT}(visites|sessions|connexions)( (web|site|boutique|magasin|en ligne))?"
        r"( (par |au )?mois)?",
        pt=rf"{_PT_COUNT}(visitas|sessoes|acessos)( (web|site|loja))?( ((por|ao) )?mes)?",
    ),
    Row(
        "channel:web",
        de=rf"(anzahl )?(online|web|internet) ?{_DE_BUY}",
        es=rf"{_ES_COUNT}(compras|pedidos) (en )?(web|online|internet|linea)",
        fr=rf"{_FR_COUNT}(achats|commandes) (web|internet|en ligne|site|ligne)",
        pt=rf"{_PT_COUNT}(compras|pedidos) (web|online|internet|no site|site)",
    ),
    Row(
        "channel:catalog",
        de=rf"(anzahl )?katalog ?{_DE_BUY}",
        es=rf"{_ES_COUNT}(compras|pedidos) (por )?catalogo",
        fr=rf"{_FR_COUNT}(achats|commandes) (sur |par )?catalogue",
        pt=rf"{_PT_COUNT}(compras|pedidos) (por )?catalogo",
    ),
    Row(
        "channel:store",
        de=rf"(anzahl )?(filial|laden|geschafts?|markt) ?{_DE_BUY}",
        es=rf"{_ES_COUNT}(compras|pedidos) (en )?tiendas?",
        fr=rf"{_FR_COUNT}(achats|commandes) (en )?(magasin|boutique)",
        pt=rf"{_PT_COUNT}(compras|pedidos) (em |na )?lojas?",
    ),
    Row(
        "spend_total",
        de=r"(gesamt|jahres|netto|brutto|kunden)? ?(umsatz|umsatze|ausgaben|einkaufswert|"
        r"warenwert|rechnungsbetrag|betrag)( (gesamt|total|summe|netto|brutto))?|"
        r"(gesamt|summe) (betrag|summe)|gesamt(betrag|summe|wert)|umsatzsumme",
        es=r"(gastos?|importe|facturacion|ventas|monto|consumo)( (total(es)?|anual(es)?|"
        r"acumulad[oa]|compras|cliente))?|total (gastado|gastos?|facturado|comprado|importe)|"
        r"valor total",
        fr=r"(depenses?|montant|ca|ventes|chiffre affaires?)( (total(es?)?|annuel(les)?|cumulee?|"
        r"achats|client|ht|ttc))?|total (depenses?|depense|montant)",
        pt=r"(gastos?|faturamento|valor|receita|montante|despesas?)( (total|gasto|anual|"
        r"acumulad[oa]|compras|cliente))?|total (gasto|gastos|faturado|comprado)",
    ),
    Row(
        "spend:",
        de=rf"{_SAID_LAST}(umsatz|ausgaben|betrag) (fur |mit |in )?(?P<what>.+)|"
        rf"{_SAID_LAST}(?P<what2>.+?) ?(umsatz|umsatze|ausgaben)",
        es=rf"{_SAID_LAST}(gastos?|importe|monto|ventas) (en )?(?P<what>.+)",
        fr=rf"{_SAID_LAST}(depenses?|montant|ca|dep(?! (code|no|num|nom)\b)) (en |pour )?"
        r"(?P<what>.+)",
        pt=rf"{_SAID_LAST}(gastos?|despesas?|faturamento) (com |em )?(?P<what>.+)",
    ),
    Row(
        "frequency",
        de=r"(anzahl |anz |zahl )?(bestellungen|kaufe|einkaufe|auftrage|transaktionen|rechnungen|"
        r"buchungen|aufenthalte|"
        r"termine|belege)"
        r"( (anzahl|gesamt|ges))?|(bestell|kauf|auftrags)(anzahl|haufigkeit|zahl)|kaufhaufigkeit",
        es=rf"{_ES_COUNT}(compras|pedidos|ordenes|transacciones|facturas|reservas)"
        r"( (realizad[oa]s|total(es)?|ventas?))?|frecuencia( compras?)?",
        fr=rf"{_FR_COUNT}(commandes|achats|transactions|factures|reservations)( (total|passees))?|"
        r"frequence( achats?)?",
        pt=rf"{_PT_COUNT}(compras|pedidos|transacoes|encomendas|reservas)( (realizad[oa]s|total))?|"
        r"frequencia( compras?)?",
    ),
    Row(
        "one_order",
        de=r"(erste|letzte)r? ?(bestell|kauf|einkaufs)?(bestellung|wert|betrag)( (wert|betrag))?|"
        r"(betrag|wert|umsatz) (erste|letzte)r? (bestellung|kauf|einkauf)",
        es=r"(importe|monto|valor|total) (primera?|ultim[oa]) (compra|pedido|orden)",
        fr=r"(montant|valeur|total) (premiere?|derniere?) (commande|achat)",
        pt=r"(valor|montante|total) (primeir|ultim)[oa] (compra|pedido|encomenda)",
    ),
    Row(
        "measure",
        de=r"rabatt ?(betrag|hohe|satz)|preisnachlass|"
        r".*(durchschnitt|mittelwert|quote\b|anteil|rate\b|mindest|hochst|prozent|kredit|darlehen|"
        r"kontostand|saldo|schulden).*",
        es=r"(importe|monto|porcentaje) descuentos?|rebaja|"
        r".*\b(promedio|medi[oa]|porcentaje|tasa|minim[oa]|maxim[oa]|prestamo|credito|saldo|limite|"
        r"deuda)\b.*",
        fr=r"(montant|taux) remises?|rabais|"
        r".*\b(moyen|moyenne|taux|pourcentage|minimum|maximum|panier|pret|credit|solde|plafond|"
        r"dette)\b.*",
        pt=r"(valor|percentual) descontos?|"
        r".*\b(medi[oa]|porcentagem|percentual|taxa|minim[oa]|maxim[oa]|emprestimo|credito|saldo|"
        r"limite|divida)\b.*",
    ),
    Row(
        "code",
        de=r"(filial|tarif|produkt|artikel|vertriebs|kunden)( ?(nr|nummer|code|gruppe|typ|"
        r"art|kanal|klasse))|filiale|tarif|kanal|(wochen)?tag|monat|kategorie",
        es=r"(codigo|tipo|categoria|grupo|canal)( .+)?|plan|sucursal|tienda|zona|mes|dia( semana)?|"
        r"segmento",
        fr=r"(code|type|categorie|groupe|canal)( .+)?|forfait|agence|magasin|zone|mois|"
        r"jour( semaine)?|segment",
        pt=r"(codigo|tipo|categoria|grupo|canal)( .+)?|plano|filial|loja|zona|mes|dia( semana)?|"
        r"segmento",
    ),
)
