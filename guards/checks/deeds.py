"""Kinds of deeds, and how texts say in four languages that one was done."""

from __future__ import annotations

from dataclasses import dataclass

from shopgraph.guards.checks.text import Cue

_WE = (
    r"\b(?:i|we)(?:(?:['’]ve| have)(?: just| now| also| already| gone ahead and| successfully)?"
    r"(?:\s[^.;?]{3,60}?(?:,| and)(?: also| then| immediately)?)?"
    r"| just| already| successfully| also| went ahead and)?\s"
)
_BEEN = r"\b(?:has|have) (?:now |just |already |successfully |also )?been (?:successfully )?"
_MADE = r"(?:arranged|started|created|set up|opened|registered|initiated|booked|processed|approved)"
_ICH = r"\b(?:ich habe|wir haben|habe ich|haben wir|hab ich)\b.{0,60}?\b"
_HE = r"\b(?:ya )?(?:(?:te|le|os|les|me) )?(?:(?:lo|la|los|las) )?(?:he|hemos)\s(?:ya )?"
_JAI = (
    r"\b(?:j['’]ai|je (?:vous |te |lui |l['’]|t['’] ?)ai|nous (?:vous |te )?avons|on (?:vous |t['’] ?)?a)\s"
    r"(?:bien |déjà |aussi )?"
)


def _fr(participle: str, infinitive: str) -> str:
    return (
        r"\b(?:(?:je|nous|on) (?:vous |te |l['’]|t['’] ?|vous l['’]|les? ){0,2}(?:ai|avons|a)|j['’]ai|a|ont)\s"
        r"(?:bien |déjà |aussi |également |été |immédiatement |donc |intégralement ){0,3}"
        rf"(?:{participle})(?:e?s?)\b"
        r"|\b(?:viens|venons|vient|viennent) (?:tout juste |juste )?d(?:e |['’])(?:vous |te |les? |la |l['’]"
        r"|être ){0,2}"
        rf"(?:{infinitive}|{participle})"
    )


def _es(participle: str, infinitive: str) -> str:
    return (
        rf"\b(?:he|hemos|ha|han)\s(?:ya )?(?:sido )?(?:{participle})(?:[oa]s?)\b"
        rf"|\bacab(?:o|amos) de [^.;]{{0,40}}?(?:{infinitive})\w*"
    )


def _de(participle: str) -> str:
    return (
        rf"{_ICH}(?:{participle})\b|\bwurden?\b[^.;]{{0,50}}?\b(?:{participle})\b"
        rf"|\bist (?:bereits |schon |soeben )?(?:{participle})\b"
    )


@dataclass(frozen=True, kw_only=True)
class Deed:
    """A kind of deed, how a text claims it, and the stems of actions of which one must have run."""

    what: str
    tools: tuple[str, ...]
    claim: Cue


def _deed(what: str, words: str, tools: str, *claims: str) -> Deed:
    return Deed(what=what, tools=tuple(tools.split()), claim=Cue(words, "|".join(claims)))


DEEDS = (
    _deed(
        "refund",
        "received reçu recibido refunded issued processed initiated sent made approved completed submitted put "
        "credited reimbursed "
        "returned paid transferred refund erstattet zurückerstattet rückerstattet gutgeschrieben "
        "zurücküberwiesen veranlasst ausgeführt überwiesen angestoßen zurückgezahlt remboursé effectué procédé "
        "lancé crédité traité émis überweisen überwiesen devuelto reembolsado abonado paid versé reembolso "
        "devolví devolvimos reembolsé aboné rembourser erstattet reembolsar devolver abonar recrédité recréditer "
        "zurückgebucht angewiesen ausgelöst eingeleitet",
        "refund return receive_return cancel exchange_items",
        rf"{_WE}(?:refunded|(?:issued|processed|initiated|sent|made|approved|completed|submitted"
        r"|put through) (?:you )?(?:a |the |your )?(?:full |partial )?refund)\b",
        rf"{_WE}(?:credited|reimbursed)\b|{_WE}(?:sent|returned|paid|transferred|put) (?:you )?(?:the "
        rf"|your )?(?:money|[$€£¥]?[\d.,]{{1,12}}(?: \w{{2,8}})?) back\b",
        rf"\brefund\b.{{0,70}}?{_BEEN}(?:issued|processed|sent|made|completed|initiated|approved)\b",
        rf"{_BEEN}(?:refunded|reimbursed|credited)\b|\b(?:was|were) (?:refunded|reimbursed|credited)\b"
        r"|\byou(?:['’]ve| have)(?: already)? (?:received|got)\b(?:[^.;]|\.\d){0,24}\b(?:refund|money back)\b"
        r"|\bsie haben\b[^.;]{0,30}\b(?:erstattung|rückerstattung|geld)\b[^.;]{0,20}\berhalten\b"
        r"|\bvous avez (?:déjà |bien )?reçu (?:votre|le) remboursement\b|\bha recibido (?:ya )?(?:su|el) reembolso\b",
        rf"{_ICH}(?:erstattung|rückerstattung|rückzahlung|gutschrift)\b.{{0,40}}?\b(?:angewiesen|veranlasst|ausgelöst"
        rf"|eingeleitet|angestoßen|überwiesen|ausgezahlt)\b",
        rf"{_ICH}(?:erstattet|zurückerstattet|rückerstattet|gutgeschrieben|zurücküberwiesen)\b",
        r"\b(?:erstattung|rückerstattung|betrag|geld)\b.{0,40}?\bwurde\b.{0,40}?\b(?:veranlasst"
        r"|erstattet|ausgeführt|überwiesen|gutgeschrieben|angestoßen|zurückgezahlt)\b",
        rf"{_JAI}(?:remboursé|effectué le remboursement|procédé au remboursement"
        r"|lancé le remboursement|crédité)|\bje vous ai (?:bien )?remboursée?\b|\ba été rembours"
        rf"|\bremboursement\b.{{0,30}}\ba été (?:effectué|lancé|traité|émis)",
        rf"{_HE}(?:devuelto|reembolsado|abonado)\b|\b(?:haben wir|habe ich|wir haben"
        rf"|ich habe)\b.{{0,40}}?\büberwiesen\b",
        rf"\b(?:has|have) (?:already )?been paid out\b|\breembolso\b.{{0,30}}?\b(?:se ha|ha sido)\b|{_JAI}versé\b",
        _fr("remboursé|recrédité|versé", "rembourser|recréditer|reverser"),
        _es("reembolsad|devuelt|abonad", "reembolsar|devolver|abonar"),
        r"\b(?:ya )?(?:le |te |les |se )?(?:lo |la )?(?:devolví|devolvimos|reembolsé|reembolsamos|aboné|abonamos)\b",
        _de("erstattet|zurückerstattet|rückerstattet|gutgeschrieben|zurücküberwiesen|zurückgezahlt|zurückgebucht"),
        r"\b(?:habe ich|ich habe|haben wir|wir haben)\b[^.;]{0,80}?\büberwiesen\b",
        rf"{_WE}paid out\b|\bje viens de (?:vous |te )?rembourser\b|\bwurden?\b.{{0,15}}?\b(?:erstattet|überwiesen"
        rf"|gutgeschrieben|zurückgezahlt)\b",
    ),
    _deed(
        "cancellation",
        "cancellation cancelled stornierung annulation cancelación storniert annulé cancelado anulado cancellation "
        "annuler cancelar anular voided",
        "cancel",
        _fr("annulé", "annuler"), _es("cancelad|anulad", "cancelar|anular"), _de("storniert"),
        r"\b(?:cancelé|cancelamos|anulé|anulamos)\b",
        r"\bcancell?ation\b[^.;]{0,40}\b(?:is|was|has been) (?:now )?(?:complete\w*|done|confirmed|processed|through)\b"
        r"|\bconsider\b[^.;]{0,30}\bcancell?ed\b|\bstornierung\b[^.;]{0,40}\b(?:ist|wurde) (?:nun "
        r"|bereits )?(?:abgeschlossen|bestätigt"
        r"|erledigt|durch)\b|\bannulation\b[^.;]{0,40}\b(?:est|a été) (?:bien )?(?:confirmée|effectuée|faite)\b"
        r"|\bcancelación\b[^.;]{0,40}\b(?:está|ha sido|queda) (?:confirmada|hecha|completada)\b",
        rf"{_WE}cancell?ed\b", rf"\border\b.{{0,30}}?{_BEEN}cancell?ed\b", rf"{_ICH}storniert\b", rf"{_JAI}annulé",
        r"\bbestellung\b.{0,40}?\bwurde\b.{0,20}?\bstorniert\b|\bcommande\b.{0,40}?\ba (?:bien )?été annulée\b",
        rf"{_HE}(?:cancelado|anulado)\b",
        r"\bje viens d[e'’] ?(?:vous |te )?(?:l['’])?annuler\b",
    ),
    _deed(
        "return",
        "arranged started created =set opened registered initiated booked processed approved sent emailed mailed "
        "generated angelegt veranlasst eingeleitet erstellt angemeldet créé enregistré lancé organisé",
        "return",
        rf"{_WE}{_MADE} (?:a |the |your )?return\b", rf"\breturn\b.{{0,30}}?{_BEEN}{_MADE}\b",
        rf"{_ICH}(?:retoure|rücksendung|rückgabe)\b.{{0,30}}?\b(?:angelegt|veranlasst|eingeleitet"
        r"|erstellt|angemeldet)\b",
        rf"{_JAI}(?:créé|enregistré|lancé|organisé) (?:le |un |votre )?retour\b",
        rf"{_WE}(?:sent|e-?mailed|created|generated) (?:you )?(?:a |the |your )?(?:prepaid )?return label\b",
    ),
    _deed(
        "exchange",
        "exchange swapped replacement =new spare extra =parcel =package umgetauscht ausgetauscht échangé ersatz neue "
        "neuen neuer remplacement =un =una =une otro otra nouveau nouvelle autre",
        "exchange change_items replac",
        rf"{_WE}(?:exchanged|swapped|{_MADE} (?:a |an |the |your )?exchange|(?:sent"
        r"|shipped) (?:you )?(?:a |the |your )?replacement)\b",
        rf"\bexchange\b.{{0,30}}?{_BEEN}{_MADE}\b|\breplacement\b.{{0,30}}?{_BEEN}(?:sent|shipped|ordered)\b",
        rf"{_ICH}(?:umgetauscht|ausgetauscht)\b", rf"{_JAI}échangé",
        rf"{_WE}(?:also )?(?:sent|shipped) (?:you )?(?:out )?(?:a |an |the |your |one |two |three |\d "
        rf"|new )(?:\w{{1,12}} ){{0,2}}(?:replacements?|new|parcel|package)",
        rf"{_WE}(?:also )?(?:sent|shipped) you (?:a|an|one|two|three|\d) (?:replacement|new|spare|extra) ",
        rf"{_ICH}(?:ersatz|neue[nrms]?)\b.{{0,40}}?\b(?:geschickt|zugeschickt|verschickt|versendet|versandt)\b"
        rf"|{_HE}(?:enviado|mandado) (?:un|una|otr[oa])\b",
        rf"{_JAI}(?:envoyé|expédié) (?:un |une )(?:nouve\w+|autre|remplacement)",
        r"\b(?:je|nous) (?:vous|t['’]) ?(?:ai|avons) (?:aussi |également )?(?:renvoyé|envoyé"
        r"|expédié) (?:\w+ )?(?:un|une) (?:nouve\w+|autre)",
    ),
    _deed(
        "change of address",
        "changed updated corrected geändert aktualisiert modifié modifier changé changer mis mettre cambiado cambiar "
        "actualizado modificado modificar",
        "address",
        r"\b(?:he|hemos|acabo de|acabamos de)\s(?:ya )?(?:cambiad\w|cambiar|actualizad\w|actualizar|modificad\w"
        r"|modificar)"
        r"[^.;]{0,30}\bdirección\b|\b(?:viens|venons) de (?:modifier|changer|mettre à jour)\b[^.;]{0,20}\badresse\b",
        rf"{_WE}(?:changed|updated|corrected) (?:the |your )?(?:\w{{1,12}} )?address\b",
        rf"\baddress\b.{{0,30}}?{_BEEN}(?:changed|updated|corrected)\b",
        rf"adresse\b.{{0,40}}?\bwurde\b.{{0,20}}?\b(?:geändert|aktualisiert)\b"
        rf"|{_ICH}(?:\w{{2,10}})?adresse (?:[\w-]{{1,12}} ){{0,3}}(?:geändert|aktualisiert)\b",
        rf"{_JAI}(?:modifié|changé|mis à jour) (?:votre |l['’])adresse\b"
        rf"|\badresse\b.{{0,20}}?\ba été (?:modifiée|mise à jour)",
    ),
    _deed(
        "change of payment",
        "changed updated",
        "payment",
        rf"{_WE}(?:changed|updated) (?:the |your )?payment\b", rf"\bpayment\b.{{0,30}}?{_BEEN}(?:changed|updated)\b",
    ),
    _deed(
        "discount",
        "applied issued =given =gave granted sent added credited redeemed activated eingelöst angewendet gewährt "
        "hinterlegt aktiviert eingetragen abgezogen verrechnet gutgeschrieben appliqué ajouté activé",
        "redeem code discount offer promotion coupon",
        rf"{_WE}(?:issued|given|gave|granted|sent|added|credited) (?:you )?(?:an? "
        rf"|the )?(?:[$€£¥]?[\d.,]{{1,9}}[$€£%]? ?)?"
        r"(?:in |of |as )?(?:store |shop |account )?(?:credit|voucher|gift card|coupon)\b",
        rf"{_WE}(?:applied|added|redeemed|activated) (?:a |the |your |this "
        rf"|an )?(?:[\w%$€£]{{1,12}} ){{0,2}}(?:discount|code|coupon|voucher|credit)\b",
        rf"{_WE}(?:applied|added|redeemed|activated) (?:the |your )?(?:code )?[a-z]{{2,}}\d+\b"
        rf"|{_ICH}[a-z]{{2,}}\d+ (?:\w{{1,12}} ){{0,3}}(?:eingelöst|angewendet|aktiviert)\b"
        rf"|{_JAI}(?:appliqué|activé) [a-z]{{2,}}\d",
        rf"\b(?:discount|code|coupon|voucher)\b.{{0,30}}?{_BEEN}(?:applied|added|redeemed|activated)\b",
        rf"{_ICH}(?:rabatt|gutschein|code|nachlass)\b.{{0,30}}?\b(?:eingelöst|angewendet|gewährt|hinterlegt|aktiviert|eingetragen"
        rf"|abgezogen|verrechnet|gutgeschrieben)\b",
        rf"\b(?:rabatt|gutschein|code)\b.{{0,30}}?\bwurde\b.{{0,20}}?\b(?:eingelöst|angewendet"
        rf"|hinterlegt)\b|{_JAI}(?:appliqué|ajouté|activé) (?:le |un |votre |la |une )?(?:code|remise"
        r"|réduction|bon)",
    ),
    _deed(
        "order",
        "placed submitted reordered =ordered aufgegeben abgeschickt =passé",
        "order place_order checkout buy purchase complete_checkout",
        rf"{_WE}(?:placed|submitted) (?:the |your |an |a |this )?(?:new )?order\b"
        rf"|{_WE}(?:re)?ordered (?:it|them|the|a|one|another|two) ?",
        rf"{_ICH}bestellung (?:aufgegeben|abgeschickt)\b|{_JAI}passé (?:la |votre |une )?commande\b",
    ),
    _deed(
        "charge",
        "charged",
        "charge pay capture",
        rf"{_WE}charged (?:you|your|the)\b|\byour (?:card|account) {_BEEN}charged\b",
    ),
    _deed(
        "change of delivery",
        "upgraded expedited rushed rescheduled rerouted redirected shipped sent dispatched expédié enviado "
        "despachado moved bumped prioritized prioritised",
        "ship delivery fulfil expedite",
        rf"{_WE}(?:upgraded|expedited|rushed|rescheduled|rerouted|redirected|shipped|sent out|dispatched)\b",
        rf"{_JAI}expédié\b|{_HE}(?:enviado|despachado) (?:el|tu|su) (?:pedido|paquete)\b",
        rf"{_WE}(?:moved|bumped|prioriti[sz]ed) (?:it|this|that|them|your|the)\b",
    ),
    _deed(
        "reservation",
        "reserved put set held reserviert zurückgelegt réservé mis",
        "reserve hold",
        rf"{_WE}(?:reserved|put aside|set aside|held|put (?:it|one|them) (?:aside|on hold))\b"
        rf"|{_ICH}(?:reserviert|zurückgelegt)\b|{_JAI}(?:réservé|mis de côté)",
    ),
    _deed(
        "message",
        "enviado mandado zugeschickt zugesandt gemailt emailed mailed e texted messaged called notified contacted "
        "informed sent geschickt gesendet envoyé",
        "email message notify send contact",
        rf"{_WE}(?:e-?mailed|texted|messaged|called|notified|contacted|informed|sent (?:you )?(?:an? "
        rf"|the |your )?(?:\w{{1,14}} )?(?:e-?mail|message|text|sms|confirmation|link|label|invoice"
        r"|receipt))\b",
        rf"{_ICH}(?:e-?mail|nachricht|bestätigung|rechnung|etikett|rücksendeetikett|retourenschein|link)\b.{{0,60}}?\b(?:geschickt"
        rf"|gesendet|zugeschickt|zugesandt|gemailt)\b|{_HE}(?:enviado|mandado) (?:la|el|un|una) (?:etiqueta|correo"
        rf"|e-?mail|mensaje|factura"
        rf"|confirmación|enlace)\b"
        rf"|{_JAI}envoyé (?:un |le |la |une |votre )",
    ),
    _deed(
        "subscription or account change",
        "deleted closed unsubscribed deactivated upgraded enrolled signed subscribed added credited points "
        "account waived fee",
        "subscription account profile delete close",
        rf"{_WE}(?:deleted|closed|unsubscribed|deactivated|upgraded|enrolled|signed you up"
        rf"|subscribed)\b|{_WE}(?:added|credited) (?:\w{{1,12}} ){{0,4}}points\b",
        rf"\baccount {_BEEN}(?:deleted|closed|credited)\b|\bpoints {_BEEN}(?:added|credited)\b"
        rf"|{_WE}waived\b|\bfee {_BEEN}waived\b",
    ),
    _deed(
        "ticket or hand-over",
        "escalated forwarded transferred opened created filed started submitted raised eröffnet angelegt "
        "ouvert abierto",
        "handoff ticket note escalate",
        rf"{_WE}(?:escalated|forwarded|transferred|(?:opened|created|filed|started|submitted|raised) "
        rf"(?:an? |the |your )(?:\w{{1,12}} )?(?:ticket|case|claim|complaint|request))\b",
        rf"{_ICH}(?:ticket|fall|garantiefall|reklamation|anfrage)\b.{{0,20}}?\b(?:eröffnet|angelegt)\b",
        rf"{_JAI}ouvert (?:un |une )(?:ticket|dossier|réclamation|demande)|{_HE}abierto (?:un|una) (?:\w+ )?(?:caso"
        r"|incidencia|reclamación|solicitud|ticket)",
    ),
)  # fmt: skip
