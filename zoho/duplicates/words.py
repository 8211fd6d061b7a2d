"""Words that make a mailbox a desk's, and words that stand for a missing value; data, in many languages."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ROLES = _words("""
    abuse accounting accounts accountspayable accountsreceivable admin administracion administrateur
    administratie administration administrator backoffice billing booking bookings bookkeeping buchhaltung
    buero bureau careers catering commercial comptabilite compliance compras comunicacion contabilidad
    contabilita contact contacto contacts contactus contato customercare customerservice customersupport
    dataprotection datenschutz dispatch dispo donotreply einkauf einkoop ekonomi email empfang enquiries
    enquiry events facturacion facturas facture faktura fakturor feedback finance financeiro frontdesk general
    hello help helpdesk hi hostmaster hr humanresources ict info infodesk informacion information infos
    inquiries inquiry invoice invoices invoicing itsupport jobs kontakt kontor kundenservice kundeservice
    kundtjanst legal logistics logistik mail mailbox mailerdaemon marketing media newsletter noreply
    notifications office officemanager operations order orders ordini parts payables payroll
    personalabteilung post postmaster poststelle press presse privacy procurement purchase purchasing
    recepcion reception rechnung rechnungen rechnungswesen recruiting recruitment reservation reservations
    returns sales secretariat secretary security segreteria sekretariat service servicedesk shipping shop
    soporte spedition staff store suporte supplies support team technical technik techsupport tickets ufficio
    vendas ventas verkauf verkoop versand vertrieb verwaltung warehouse warranty web webadmin webmaster
    webshop zentrale
""")
"""The local part of a mailbox that several people read."""

ROLE_HEADS = _words("""
    accounting admin billing booking bookings careers contact contacto customerservice einkauf enquiries
    feedback finance help helpdesk hr info invoice invoices jobs kontakt marketing noreply office order orders
    press purchasing rechnung reception reservations sales service support team ventas verkauf vertrieb
    webmaster
""")
"""Of these, the ones that also begin such a name: ``info.berlin@``, ``support-eu@``."""

NO_ADDRESS = _words("""
    anonymous asdf asdfg asdfgh dummy example fake keine keinemail na nil nobody noemail nomail none noone
    notavailable notprovided null placeholder qwerty sample sincorreo sinemail tbd test testing tests testtest
    testuser todo unbekannt undefined unknown xxx xxxx xxxxx
""")
"""Local parts that say there is no address."""

WEAK_PARTS = _words("a aa aaa abc abcd b no x xx xyz")
"""Local parts that say so only in front of the same word or another of that kind: ``a@a.com``."""

SPECIMEN_PARTS = _words("email mail my name no user username youremail yourname")
SPECIMEN_HOSTS = _words("company domain email example mail yourcompany yourdomain")
"""The two sides of an address copied from a form: ``name@domain.com``."""

NO_TEXT = _words("""
    - -- --- . ? 0 00 000 0000 dummy keine n.a n.a. n/a na nil no none notapplicable null placeholder sample
    tba tbd test testing todo unbekannt undefined unknown x xxx
""") | {"not applicable", "not available"}
"""Texts that stand for a missing name, code or website."""

TITLES = _words("dame dipl dr frau herr ing mag med miss mr mrs ms mx prof sir")
"""Titles in front of a first name."""
