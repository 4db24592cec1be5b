import Testing

@testable import BureauVendors

private let rows: [(Vendor, String, VendorError.Kind, String, String)] = [
    (
        .clickUp, "PUT task status", .rejected(status: 400, code: "ITEM_114"), "Status does not exist",
        "ClickUp refused the status: it does not exist in that list (ITEM_114)."
    ),
    (
        .clickUp, "GET task", .credential(status: 401, code: "OAUTH_025"), "",
        "ClickUp did not accept our access: the token is unknown or was revoked (OAUTH_025)."
    ),
    (
        .clickUp, "GET task", .limited(retryAfterMilliseconds: 60_000), "",
        "ClickUp asked us to wait 60 seconds before trying again."
    ),
    (
        .clickUp, "GET task", .limited(retryAfterMilliseconds: 1), "",
        "ClickUp asked us to wait 1 second before trying again."
    ),
    (
        .google, "upload file", .rejected(status: 403, code: "storageQuotaExceeded"), "x",
        "Google Drive refused the file: the folder is not in a shared drive, or its storage is full (storageQuotaExceeded)."
    ),
    (
        .slack, "chat.postMessage", .rejected(status: 200, code: "not_in_channel"), "",
        "Slack refused the message: our app is not a member of the channel (not_in_channel)."
    ),
    (
        .slack, "chat.postMessage", .rejected(status: 200, code: "strange"), "strange: odd.",
        "Slack refused the message: strange: odd (strange)."
    ),
    (
        .slack, "chat.postMessage", .rejected(status: 403, code: ""), "",
        "Slack refused the message: no reason in Slack's own words came with it, so look at the proxy or firewall on the way to Slack (403)."
    ),
    (.slack, "files.info", .unavailable(status: 503), "", "Slack is having trouble and gave no proper answer (503)."),
    (.anthropic, "POST sessions", .unavailable(status: 529), "", "Anthropic is overloaded right now."),
    (.anthropic, "POST sessions", .unreachable, "", "Anthropic could not be reached; nothing was sent."),
    (
        .anthropic, "POST sessions", .noAnswer, "",
        "Anthropic did not answer in full, so it is not known whether the request was carried out."
    ),
    (
        .anthropic, "GET session", .rejected(status: 404, code: "not_found_error"), "m",
        "Anthropic refused to show the session: it does not exist or is not shared with us (not_found_error)."
    ),
    (
        .anthropic, "GET session", .unreadable(field: "session"), "",
        "Anthropic answered in a form Bureau does not know (GET session: session)."
    ),
    (
        .google, "upload file", .rejected(status: 0, code: "local_file"), "the file to send cannot be read",
        "The file for Google Drive could not be used on this machine: the file to send cannot be read."
    ),
]

@Suite("Sentences for people")
struct SentenceTests {
    @Test("Every failure is one plain sentence", arguments: rows.indices)
    func sentences(row: Int) {
        let (vendor, operation, kind, detail, sentence) = rows[row]
        let error = VendorError(vendor: vendor, operation: operation, kind: kind, detail: detail)
        #expect(error.sentence == sentence)
    }

    @Test("The log line names vendor, call, kind and the vendor's request id")
    func description() {
        let error = VendorError(
            vendor: .clickUp, operation: "GET task", kind: .rejected(status: 404, code: "ITEM_013"), detail: "gone\n",
            requestID: "r1")
        #expect(error.description == "clickup GET task: rejected (404 ITEM_013): gone [r1]")
    }
}
