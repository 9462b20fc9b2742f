"""What F1 says: one short text per field, source and step. Must not know any screen."""

from __future__ import annotations

from wizard.draft import Field

FIELDS: dict[str, tuple[str, str]] = {
    Field.HOST: (
        "Host",
        "The name of the server that takes your mail on, for example smtp.example.com.\n\n"
        "Paste it as it is written anywhere: smtp.example.com:587, smtps://smtp.example.com or a web address are understood, "
        "and stray blanks go when you leave the field. Use the name that stands in the server's certificate: an IP address "
        "nearly never does.\n\n"
        "While you type, the panel at the right looks at the server. It signs in nowhere and sends nothing.",
    ),
    Field.SECURITY: (
        "Encryption",
        "STARTTLS: the line begins in clear and is then encrypted; usually port 587. It is required here: a server that does not "
        "offer it ends the test.\n\n"
        "TLS: encrypted from the first byte; usually port 465.\n\n"
        "none: everything can be read on the way. A password is not sent then, unless you accept that under More.\n\n"
        "IdentityIQ calls STARTTLS 'TLS', and TLS 'SSL'.\n\n"
        "Left and Right choose; the port follows until you type one.",
    ),
    Field.PORT: (
        "Port",
        "A number from 1 to 65535: usually 587 for STARTTLS, 465 for TLS, 25 between servers.\n\n"
        "It follows the encryption until you type one yourself. Emptied, it follows again.",
    ),
    Field.USERNAME: (
        "User name",
        "Who signs in; with most providers the whole mail address. Empty means that nobody signs in: some servers take mail from "
        "your network's addresses without it.",
    ),
    Field.PASSWORD: (
        "Password",
        "Shown as dots, kept in memory only until you save, never copied to the clipboard and never written into the settings "
        "file.\n\n"
        "Many providers want an app password or a key here rather than the one you type into web pages. For XOAUTH2 it is the "
        "access token.",
    ),
    "kept": (
        "Where the password is kept",
        "Left and Right choose. The settings file only holds where the password is, never the password.\n\n"
        "the keyring: the session's own store; over SSH there often is none.\n"
        "a file only you can read: for services without a session.\n"
        "a command prints it: a password manager, for example pass show mail/prod.\n"
        "an environment variable, a systemd credential: set by whatever starts the program.\n"
        "nowhere: you type it each time.",
    ),
    "place": (
        "Which one exactly",
        "The path of the file, the command with its words, or the name of the variable or credential. Never the password itself.",
    ),
    Field.SENDER: (
        "From",
        "The address mail is sent from. Many servers only take the address of the user who signs in, or one that was allowed for "
        "it. IdentityIQ calls it Default From Address.",
    ),
    Field.RECIPIENT: (
        "Test mail to",
        "Who gets the test message: best a mailbox you can look into now. The test names this address and sends nothing before "
        "you choose to.",
    ),
    Field.MECHANISM: (
        "Mechanism",
        "How the password is shown to the server. AUTO takes the best one the server offers, and tries that one alone. XOAUTH2 "
        "takes an access token in place of a password.",
    ),
    Field.EHLO_NAME: (
        "EHLO name",
        "The name this host introduces itself with. Empty takes the host's own. Some servers want a name that the DNS knows.",
    ),
    Field.CA_FILE: (
        "CA file",
        "A PEM file with the certificate of the authority that signed the server's, for a company's own CA. Empty takes the "
        "system's store. IdentityIQ needs the same authority in the trust store of its Java.",
    ),
    Field.TIMEOUT: ("Stage limit", "How many seconds each stage of the test may take. Empty means 15."),
    Field.TOTAL_TIMEOUT: ("Total limit", "How many seconds the whole test may take. Empty means 60."),
    Field.ACCEPT_CLEARTEXT_AUTH: (
        "Sign in without encryption",
        "Yes sends user name and password on a line that is not encrypted: everyone on the way can read them. Only for a network "
        "you trust, and a password that opens nothing else.",
    ),
    Field.ACCEPT_UNVERIFIED_TLS: (
        "Sign in to an unverified server",
        "Yes goes on although the server's certificate does not verify: whoever stands in between gets the password. A CA file "
        "is nearly always the better way.",
    ),
    "more": ("More settings", "Enter shows or hides the rarer settings. Those that are set are named here while hidden."),
    "address": (
        "An e-mail address",
        "The address you want to send from. Its domain tells the server: by a list of well-known providers, by what the domain "
        "publishes in the DNS, or by a server of the domain that answers. Nothing is guessed without an answer.",
    ),
}
SOURCES: dict[str, tuple[str, str]] = {
    "practice": (
        "The practice server",
        "A mail server inside this program, on this machine only. User, password and addresses are filled in; mail sent to it "
        "is shown and thrown away at the end. The quickest way to see how a good test looks: press Enter on each step.",
    ),
    "faults": (
        "A fault to practise on",
        "The practice server with one thing wrong: a bad certificate, a refused sign-in, a port that speaks something else. See "
        "what it looks like here before you meet it at work.",
    ),
    "provider": ("A provider", "Fills in host, port and encryption of a well-known provider, and says what it expects."),
    "identityiq": (
        "IdentityIQ on this host",
        "Reads IdentityIQ's mail settings through its own console, says what is wrong with them, and takes them into the form. "
        "Nothing is changed. Where none is found, it shows where IdentityIQ keeps these settings on its own page.",
    ),
    "export": (
        "An IdentityIQ export",
        "Reads the mail settings out of an export of SystemConfiguration, a merge file, or the XML of the Debug page, says what "
        "is wrong with them line by line, and takes them into the form. Nothing is contacted.",
    ),
    "profiles": ("Saved profiles", "Profiles are saved at the end of the test, in the settings file named below the list."),
    "profile": ("A saved profile", "Fills in what was saved. The password comes from where it is kept."),
    "resume": (
        "Go on where you stopped",
        "The form as it was when the program ended or the line dropped. The password was not kept: type it again.",
    ),
    "explain": (
        "An error, a bounce or a log",
        "Opens a place to paste what you have: a reply of a server, a Java stack trace, a bounce, lines of a log. It says what "
        "each means and what to do. Nothing is contacted, nothing is kept. The palette (^p) has it too, on every step.",
    ),
    "candidate": (
        "A server that was found",
        "Below the list stands where it was found, and what it said when it was looked at. Nobody signed in. Enter takes its "
        "host, port and encryption.",
    ),
    "hand": ("Type them in", "Opens the form as it is. Host, user name and From are all that is needed."),
}
STEPS: dict[str, tuple[str, str]] = {
    "access": (
        "Access",
        "Choose where the settings come from. Up and Down move, Enter chooses, a letter jumps. Esc goes back one list.\n\n"
        "Three steps: Access fills the form, Details shows and corrects it, Test tries it and saves it.",
    ),
    "details": (
        "Details",
        "Up, Down and Tab move between fields, Left and Right change a choice, Enter goes on to the test.\n\n"
        "Ctrl+t tries the sign-in once. Ctrl+o takes what the box below proposes. Page Up and Page Down scroll that box.",
    ),
    "test": (
        "Test",
        "Enter starts the test, or applies the fix it proposes. Every stage of a real mail session appears as it happens; "
        "nothing is sent before the screen has named host, port and recipient.\n\n"
        "2, 3 ...  apply another of the fixes and test again\n"
        "d  what each fix would change, and what was changed\n"
        "u  take back every fix, to what you typed\n"
        "r  run again with the same settings\n"
        "m  send a test message, or nothing\n"
        "x  stop a run; Esc does too\n"
        "t  the conversation, line by line\n"
        "a  has it arrived: the message's code, its headers, or a look into the mailbox\n"
        "i  the same with IdentityIQ's own Java and mail library, beside what was seen here\n"
        "h  hand the settings over to IdentityIQ: a card, a file, or applied on this host\n"
        "p  a text for the person who can help, to copy or to write into a file\n"
        "e  the whole report, into a file\n"
        "c  the command line that does the same\n"
        "s  save the profile\n\n"
        "Up, Down, Page Up and Page Down scroll the words. The palette (^p) also has One more recipient, The sender's domain "
        "and Explain an error.",
    ),
}


def topic(name: str, step: str) -> tuple[str, str]:
    """Return title and text for a focused widget's id or a source's kind, falling back to the step's own."""
    from wizard.app.iiq.help import TOPICS

    kind = {"fault": "faults", "region": "provider", "installation": "identityiq"}.get(name, name)
    return FIELDS.get(kind) or TOPICS.get(kind) or SOURCES.get(kind) or STEPS[step]
