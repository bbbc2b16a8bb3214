"""E-mail, by the SMTP server that the environment names."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
import time
from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Final
from urllib.parse import unquote, urlsplit

from publisher.model import Mail
from publisher.telling.asking import USER_AGENT, Asking, NotTold
from publisher.telling.events import Event, as_mail

URL_VARIABLE: Final = "PUBLISHER_SMTP_URL"
FROM_VARIABLE: Final = "PUBLISHER_SMTP_FROM"
_ONCE_SECONDS: Final = 10.0


def message(mail: Mail, event: Event, sender: str) -> EmailMessage:
    """The e-mail. Its Message-ID is the event's, so that a mail program shows a repeated one once."""
    subject, text = as_mail(event)
    made = EmailMessage(policy=SMTP)
    made["From"] = sender
    made["To"] = ", ".join(mail.to)
    made["Subject"] = subject
    made["Date"] = format_datetime(event.time)
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    made["Message-ID"] = f"<{event.id}@{domain}>"
    # https://www.rfc-editor.org/rfc/rfc3834: nobody's "I am away" is to come back.
    made["Auto-Submitted"] = "auto-generated"
    made["X-Mailer"] = USER_AGENT
    made.set_content(text)
    return made


def tell_mail(mail: Mail, event: Event, environment: Mapping[str, str], asking: Asking) -> None:
    """Sends it, encrypted where the server offers that.

    Raises:
        NotTold: the server did not take it.
    """
    sender = environment.get(FROM_VARIABLE, "").strip()
    if "\n" in sender or not parseaddr(sender)[1].count("@"):
        raise NotTold("was not written to", help=f"{FROM_VARIABLE} holds no e-mail address")
    made = message(mail, event, sender)
    end, pause = time.monotonic() + asking.seconds, asking.pause_seconds
    for place in range(1, asking.tries + 1):
        try:
            with _server(environment) as server:
                refused = server.send_message(made)
            if refused:
                raise NotTold(f"was not written to: the server refuses {len(refused)} of the addresses")
            return
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            # Its words may hold what was sent.
            found, passing = _reason(error)
        if not passing or place == asking.tries or end - time.monotonic() < pause + 1:
            raise found from None
        asking.sleep(pause)
        pause *= 2


def _server(environment: Mapping[str, str]) -> smtplib.SMTP:
    help = (
        f"write {URL_VARIABLE} as smtp://user:password@host:587, or smtps://… where it is encrypted at once"
    )
    try:
        url = urlsplit(environment.get(URL_VARIABLE, "").strip())
        host, port = url.hostname, url.port
    except ValueError:
        raise NotTold("was not written to: the server's address is none", help=help) from None
    if url.scheme not in ("smtp", "smtps") or not host:
        raise NotTold("was not written to: the server's address is none", help=help)
    context = ssl.create_default_context()
    if url.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port or 465, timeout=_ONCE_SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, port or 587, timeout=_ONCE_SECONDS)
    try:
        server.ehlo()
        if url.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
        elif url.scheme == "smtp" and url.username and not _is_loopback(host):
            raise NotTold("was not written to: the server takes the password only unencrypted", help=help)
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
    except BaseException:
        with contextlib.suppress(Exception):
            server.close()
        raise
    return server


def _is_loopback(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")


def _reason(error: Exception) -> tuple[NotTold, bool]:
    """In plain words, and whether the same may do in a moment."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        help = f"see that user and password in {URL_VARIABLE} are right"
        return NotTold("was not written to: the mail server does not take the password", help=help), False
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        passing = all(400 <= code < 500 for code, _ in error.recipients.values())
        return NotTold("was not written to: the mail server does not take the address"), passing
    if isinstance(error, smtplib.SMTPResponseException):
        found = NotTold(f"was not written to: the mail server answers {error.smtp_code}")
        return found, 400 <= error.smtp_code < 500
    if isinstance(error, ssl.SSLError):
        return NotTold("was not written to: the mail server's certificate is not valid for it"), False
    if isinstance(error, UnicodeError):
        return NotTold("was not written to: an address has characters that mail servers do not take"), False
    return NotTold("was not written to: the mail server cannot be reached, or broke off"), True
