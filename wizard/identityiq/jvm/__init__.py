"""What IdentityIQ's Java trusts, and what it would make of a mail server. Must not know how it is shown."""

from wizard.identityiq.jvm.examining import examine as examine
from wizard.identityiq.jvm.importing import PEM_FILE as PEM_FILE
from wizard.identityiq.jvm.keytool import trusted as trusted
from wizard.identityiq.jvm.missing import pem as pem
from wizard.identityiq.jvm.missing import to_save as to_save
from wizard.identityiq.jvm.trusted import Trusted as Trusted
from wizard.identityiq.jvm.view import JvmView as JvmView
