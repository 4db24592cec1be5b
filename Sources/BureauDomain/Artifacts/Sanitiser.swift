import Foundation

/// Takes out of a session's words what must not travel on: credentials, and members named like one. What an agent
/// wrote down by mistake is not registered, told to another agent or handed out.
package enum Sanitiser {
    package static let mask = "[removed]"
    static let depthMax = 12

    /// Beginnings of credentials this bureau's vendors hand out, and of others in wide use.
    private static let beginnings = [
        "sk-ant-", "sk-proj-", "sk_live_", "sk_test_", "xoxb-", "xoxp-", "xoxa-", "xoxe-", "xapp-", "pk_", "ya29.",
        "1//", "ghp_", "gho_", "github_pat_", "glpat-", "AKIA", "AIza", "eyJ", "whsec_", "shpat_",
        "hooks.slack.com/services/",
    ]
    /// What follows one of these words, up to a blank, is a credential.
    private static let introductions = [
        "bearer ", "token=", "access_token=", "refresh_token=", "api_key=", "apikey=", "key=", "secret=",
        "client_secret=", "password=", "pwd=", "signature=", "sig=", "x-api-key: ", "authorization: ",
        "authorization: basic ",
    ]
    /// The same said in prose, where a plain word may follow: only what looks like a credential is one. What follows
    /// "password" is one in any case.
    private static let sayings = [
        "token: ", "token is ", "secret: ", "secret is ", "api key: ", "api_key: ", "apikey: ", "api key is ",
        "client_secret: ", "access_token: ", "refresh_token: ", "private key: ",
    ]
    private static let passwords = ["password: ", "password is ", "passwd: ", "pwd: ", "passphrase: "]
    private static let memberWords = [
        "token", "secret", "password", "passwd", "apikey", "authorization", "cookie", "credential", "privatekey",
        "accesskey", "secretkey", "signingkey", "encryptionkey", "passphrase", "bearer", "blobkey", "rawpayload",
        "signature",
        // Counts of tokens are no secrets, so that plurals are named one by one.
        "secrets", "passwords", "credentials", "cookies",
    ]

    /// Whether a member of this name may not leave, whatever it holds.
    package static func isSensitive(member name: String) -> Bool {
        let plain = name.lowercased().filter { $0.isLetter || $0.isNumber }
        return memberWords.contains { plain.hasSuffix($0) || plain == $0 + "s" }
    }

    /// Deeper members are cut off, sensitive ones left out, texts cleaned.
    package static func clean(_ value: JSONValue, depth: Int = 0) -> JSONValue {
        switch value {
        case .null, .bool, .number: return value
        case .string(let text): return .string(clean(text))
        case .array(let items):
            return depth >= depthMax ? .null : .array(items.map { clean($0, depth: depth + 1) })
        case .object(let object):
            guard depth < depthMax else { return .null }
            return .object(
                JSONObject(
                    object.members.filter { !isSensitive(member: $0.key) }.map {
                        (clean($0.key), clean($0.value, depth: depth + 1))
                    }))
        }
    }

    /// The text with every credential in it replaced.
    package static func clean(_ text: String) -> String {
        var text = text
        guard isSuspicious(&text) else { return text }
        text = withoutAsanaTokens(withoutPasswords(withoutKeys(text)))
        for beginning in beginnings { text = replacing(beginning, in: text, keeps: false, ignoresCase: false) }
        for word in introductions + passwords { text = replacing(word, in: text, keeps: true, ignoresCase: true) }
        for word in sayings { text = replacing(word, in: text, keeps: true, ignoresCase: true, looksSecret) }
        return text
    }

    /// Private keys in their own armour, however many.
    private static func withoutKeys(_ text: String) -> String {
        var result = "", rest = text[...]
        while let start = rest.range(of: "-----BEGIN ") {
            let head = rest[start.upperBound...].prefix { !$0.isNewline && $0 != "\\" }
            guard head.contains("PRIVATE KEY") else {
                result += rest[..<start.upperBound]
                rest = rest[start.upperBound...]
                continue
            }
            result += rest[..<start.lowerBound] + mask
            guard let end = rest.range(of: "-----END ", range: start.upperBound..<rest.endIndex) else { return result }
            // The line it ends in is its own, up to the five dashes that close it.
            let close = rest.range(of: "-----", range: end.upperBound..<rest.endIndex)
            rest = rest[(close?.upperBound ?? rest.endIndex)...]
        }
        return result + rest
    }

    /// "https://user:password@host": who signs in, and with what.
    private static func withoutPasswords(_ text: String) -> String {
        var result = "", rest = text[...]
        while let scheme = rest.range(of: "://") {
            let host = rest[scheme.upperBound...].prefix { !$0.isWhitespace && !"/?#\"'<>".contains($0) }
            result += rest[..<scheme.upperBound]
            rest = rest[scheme.upperBound...]
            guard let at = host.lastIndex(of: "@"), host[..<at].contains(":") else { continue }
            result += mask
            rest = rest[at...]
        }
        return result + rest
    }

    /// "1/1208…:0a1b…" and "2/1208…/1209…:0a1b…": ids, a colon, and what nobody but their owner may know.
    private static func withoutAsanaTokens(_ text: String) -> String {
        var result = "", rest = text[...]
        while let colon = rest.firstIndex(of: ":") {
            let secret = rest[rest.index(after: colon)...].prefix { $0.isASCII && ($0.isLetter || $0.isNumber) }
            let ids = rest[..<colon].reversed().prefix { $0.isASCII && ($0.isNumber || $0 == "/") }
            let parts = String(ids.reversed()).split(separator: "/", omittingEmptySubsequences: false)
            let isToken =
                secret.count >= 16 && (2...3).contains(parts.count) && ["0", "1", "2"].contains(parts[0])
                && parts.dropFirst().allSatisfy { $0.count >= 6 }
            guard isToken else {
                result += rest[...colon]
                rest = rest[rest.index(after: colon)...]
                continue
            }
            result += rest[..<rest.index(colon, offsetBy: -ids.count)] + mask
            rest = rest[secret.endIndex...]
        }
        return result + rest
    }

    /// A digit, a capital inside, or the length of one.
    private static func looksSecret(_ word: Substring) -> Bool {
        word.contains(where: \.isNumber) || word.dropFirst().contains(where: \.isUppercase) || word.count >= 20
    }

    /// By their first byte, in small letters.
    private static let suspects: [[[UInt8]]] = {
        var table = [[[UInt8]]](repeating: [], count: 256)
        for word in beginnings + introductions + sayings + passwords + ["-----begin ", "0/", "1/", "2/"] {
            let bytes = word.utf8.map(small)
            if let first = bytes.first { table[Int(first)].append(bytes) }
        }
        return table
    }()

    private static func small(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte | 32 : byte }

    /// Whether one of the words stands in it at all, by one look at its bytes: most texts hold none, and looking for each
    /// word by itself took most of the time a long list of texts did.
    private static func isSuspicious(_ text: inout String) -> Bool {
        text.withUTF8 { bytes in
            bytes.indices.contains { start in
                suspects[Int(small(bytes[start]))].contains { word in
                    word.count <= bytes.count - start
                        && word.indices.allSatisfy { small(bytes[start + $0]) == word[$0] }
                } || isSignIn(bytes, at: start)
            }
        }
    }

    /// Whether "://" begins here, and an "@" comes before the address goes on.
    private static func isSignIn(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> Bool {
        guard bytes[start] == UInt8(ascii: ":"), start + 2 < bytes.count, bytes[start + 1] == UInt8(ascii: "/"),
            bytes[start + 2] == UInt8(ascii: "/")
        else { return false }
        let host = bytes[(start + 3)...].prefix { $0 > UInt8(ascii: " ") && $0 != UInt8(ascii: "/") }
        return host.contains(UInt8(ascii: "@"))
    }

    /// Replaces each word that begins with `start`, or follows it, when it is long enough to be a credential.
    private static func replacing(
        _ start: String, in text: String, keeps: Bool, ignoresCase: Bool,
        _ isSecret: (Substring) -> Bool = { _ in true }
    ) -> String {
        guard var found = text.range(of: start, options: ignoresCase ? .caseInsensitive : []) else { return text }
        var result = "", from = text.startIndex
        while true {
            let word = text[found.upperBound...].prefix { isPart($0) }
            // "apk_files" only looks like the beginning of a key.
            let isInside = !keeps && text[..<found.lowerBound].last.map { $0.isLetter || $0.isNumber } == true
            if word.count >= (keeps ? 6 : 8), !isInside || start.contains("/"), isSecret(word) {
                result += text[from..<(keeps ? found.upperBound : found.lowerBound)] + mask
                from = word.endIndex
            }
            let next = max(from, found.upperBound)
            guard
                let more = text.range(
                    of: start, options: ignoresCase ? .caseInsensitive : [], range: next..<text.endIndex)
            else { return result + text[from...] }
            found = more
        }
    }

    private static func isPart(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "-_.~+/=".contains(character))
    }
}
