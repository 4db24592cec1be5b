extension VendorError {
    /// One plain sentence for a consultant: who refused what, and why, with the code to quote.
    package var sentence: String {
        let name = vendor.displayName
        switch kind {
        case .rejected(0, "local_file"): return "The file for \(name) could not be used on this machine: \(detail)."
        case .rejected(let status, let code):
            return "\(name) refused \(subject): \(reason(code, status))\(quoted(status, code))."
        case .credential(let status, let code):
            return "\(name) did not accept our access: \(reason(code, status))\(quoted(status, code))."
        case .limited(let wait?):
            return "\(name) asked us to wait \(Self.words(milliseconds: wait)) before trying again."
        case .limited(nil): return "\(name) asked us to slow down."
        case .unavailable(529): return "\(name) is overloaded right now."
        case .unavailable(let status): return "\(name) is having trouble and gave no proper answer (\(status))."
        case .unreachable: return "\(name) could not be reached; nothing was sent."
        case .noAnswer: return "\(name) did not answer in full, so it is not known whether the request was carried out."
        case .unreadable(let field): return "\(name) answered in a form Bureau does not know (\(operation): \(field))."
        }
    }

    private var subject: String { Subjects.words[operation] ?? "the request" }

    private func reason(_ code: String, _ status: Int) -> String {
        if let known = Reasons.words[vendor]?[code] { return known }
        if let known = Reasons.byStatus[status] { return known }
        return detail.isEmpty ? "no reason was given" : detail.trimmingSuffix(".")
    }

    private func quoted(_ status: Int, _ code: String) -> String {
        let quote = code.isEmpty ? (status == 0 ? "" : String(status)) : code
        return quote.isEmpty ? "" : " (\(quote))"
    }

    private static func words(milliseconds: Int64) -> String {
        let seconds = (milliseconds + 999) / 1000
        if seconds < 120 { return seconds == 1 ? "1 second" : "\(seconds) seconds" }
        let minutes = (seconds + 59) / 60
        return minutes < 120 ? "\(minutes) minutes" : "\((minutes + 59) / 60) hours"
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: Character) -> String {
        var text = self
        while text.last == suffix { text.removeLast() }
        return text
    }
}

/// What each operation is about, in people's words.
private enum Subjects {
    static let words = [
        "PUT task status": "the status", "POST comment": "the comment", "POST attachment": "the file",
        "GET task": "to show the task", "GET list": "to show the list", "GET list tasks": "to show the list's tasks",
        "POST webhook": "the webhook", "PUT webhook": "the webhook's change",
        "POST story": "the comment", "GET stories": "to show the comments", "POST section task": "the section",
        "POST task": "the new task", "PUT task": "the task's change", "PUT task fields": "the fields",
        "chat.postMessage": "the message", "chat.update": "the message's update",
        "POST sessions": "to start the session", "POST events": "the message to the session",
        "GET session": "to show the session", "POST session archive": "to archive the session",
        "GET file content": "the download", "GET agent": "to show the agent",
        "GET environment": "to show the environment", "create folder": "to create the folder",
        "upload file": "the file", "begin upload": "the file", "get file": "to show the file",
    ]
}

/// Why, for the codes whose own text is missing or made for programmers.
private enum Reasons {
    static let byStatus = [
        401: "the key or token is not valid", 402: "there is a billing problem", 403: "the permission is missing",
        404: "it does not exist or is not shared with us", 413: "it is too large",
    ]

    static let words: [Vendor: [String: String]] = [
        .anthropic: [
            "enforced_spend_limit_reached": "the organisation's spending limit is reached",
            "spend_limit_reached": "the organisation's spending limit is reached",
            "waiting_on_responses": "the session is waiting for an answer first",
            "file_not_downloadable": "that file cannot be downloaded",
            "file_too_large": "the file is larger than allowed here",
        ],
        .clickUp: [
            "ITEM_114": "it does not exist in that list", "ITEM_013": "the task was deleted or is not visible to us",
            "ITEM_100": "the task was deleted or is not visible to us", "OAUTH_171": "the same webhook exists already",
            "GBUSED_005": "the Workspace's storage is full", "OAUTH_017": "no token was sent",
            "OAUTH_019": "the token is unknown or was revoked", "OAUTH_021": "the token is unknown or was revoked",
            "OAUTH_025": "the token is unknown or was revoked", "OAUTH_077": "the token is unknown or was revoked",
            "OAUTH_023": "it belongs to a Workspace our token may not see",
            "OAUTH_027": "it belongs to a Workspace our token may not see",
        ],
        .slack: [
            "": "no reason in Slack's own words came with it, so look at the proxy or firewall on the way to Slack",
            "channel_not_found": "the channel does not exist or is not visible to our app",
            "not_in_channel": "our app is not a member of the channel", "is_archived": "the channel is archived",
            "invalid_blocks": "its layout was not accepted", "msg_too_long": "it is too long",
            "msg_blocks_too_long": "it is too long", "message_not_found": "the message no longer exists",
            "edit_window_closed": "the workspace no longer allows editing it",
            "cant_update_message": "the message is not ours to edit", "invalid_auth": "the token is not valid",
            "not_authed": "no token was sent", "token_revoked": "the token was revoked",
            "token_expired": "the token has expired", "account_inactive": "the app or its user was switched off",
        ],
        .google: [
            "storageQuotaExceeded": "the folder is not in a shared drive, or its storage is full",
            "insufficientFilePermissions": "our account may not write there",
            "forbidden": "our account may not do that",
            "notFound": "it does not exist or is not shared with our account", "fileIdInUse": "it was created already",
            "accessNotConfigured": "the Drive API is not switched on for the project",
            "insufficientPermissions": "the access granted does not cover it",
            "invalid_key_file": "the service account's key file cannot be used",
            "teamDriveFileLimitExceeded": "the shared drive holds too many items",
            "dailyLimitExceeded": "today's limit of the project is used up",
        ],
    ]
}
