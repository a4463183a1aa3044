"""Mail: a notice worded in the recipient's language, as text and HTML, under a Message-ID that never changes."""

import hashlib
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from runtime import wording
from store.outbox import Unsent

PRODUCT = "Mutasi"


def message_id(key: str, host: str) -> str:
    """The stable Message-ID of a notice: whoever receives a repeat can tell that it is one."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{host}>"


def compose(notice: Unsent, sender: str, at: datetime) -> EmailMessage:
    """The mail for a notice."""
    subject, body = wording.notice(notice.template, notice.language, notice.name, notice.params)
    host = sender.rpartition("@")[2]
    footer = wording.environment(False).get_template(f"footer.{notice.language}.txt").render().strip()
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = f"{PRODUCT} <{sender}>"
    message["To"] = notice.address
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id(notice.key, host)
    message["References"] = message_id(notice.case_id, host)
    message["Auto-Submitted"] = "auto-generated"
    message["List-Id"] = f"{PRODUCT} <notices.{host}>"
    message.set_content(f"{body}\n\n-- \n{footer}\n")
    html = (
        wording.environment(True)
        .get_template("layout.html")
        .render(
            language=notice.language,
            subject=subject,
            paragraphs=[" ".join(p.split()) for p in body.split("\n\n")],
            product=PRODUCT,
            footer=footer,
        )
    )
    message.add_alternative(html, subtype="html")
    # Setting the content takes away every header that begins with Content-.
    message["Content-Language"] = notice.language
    return message
