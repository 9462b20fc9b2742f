"""The names IdentityIQ's events are known to bring to a template. Must not know their samples."""

# Known in every template, whatever its Signature says: the helper, and what Velocity's own loops bring.
LOOPS = frozenset({"velocityCount", "velocityHasNext", "foreach"})
EVERYWHERE = LOOPS | {"spTools"}
KNOWN = EVERYWHERE | {
    *("identity", "requester", "owner", "recipient", "manager", "certifier", "sender", "launcher", "approver", "user"),
    *("oldOwner", "newOwner", "workItemName", "certificationName", "requesterName", "ownerName", "recipientName"),
    *("recipientEmail", "identityName", "identityDisplayName", "oldOwnerName", "newOwnerName", "senderName", "message"),
    *("comment", "comments", "taskName", "reportName", "policyName", "applicationName", "roleName", "accountId", "status"),
    *("completionStatus", "workItem", "certification", "item", "url"),
}
