extension ClientRecord {
    package static let fieldsMax = 100
    package static let recordBytesMax = 64 << 10
    package static let contactsMax = 50
    /// What the record calls them, beside the fields.
    package static let contactsKey = "contacts"

    /// Reads a client from JSON (comments allowed, at most 64 KiB) and reports everything wrong with it. Two shapes:
    /// a record (`slug`, `name`, `fields`, `contacts`, `monthly_budget`), or a bare payload (`client_id`, `client_name` and the fields
    /// beside them), in which keys that start with `_` are notes and left out.
    package static func load(_ bytes: [UInt8], fileName: String) -> ClientRecordResult {
        let problems = ConfigProblems(file: fileName)
        do throws(JSONSyntaxError) {
            let json = try PositionedJSON.parse(bytes, bytesMax: recordBytesMax)
            let client = ClientReader(problems: problems).client(json)
            return ClientRecordResult(client: problems.hasErrors ? nil : client, problems: problems.sorted)
        } catch {
            problems.add("", error.position, error.message)
            return ClientRecordResult(client: nil, problems: problems.sorted)
        }
    }

    /// The record with one field set, or removed when `value` is nil; `name` renames the client, and `contacts` are all of
    /// them. Checked like a file.
    package func setting(_ field: String, to value: JSONValue?) -> ClientRecordResult {
        var record = JSONObject(json.object?.members.map { ($0.key, $0.value) } ?? [])
        if field == "name" || field == "client_name" {
            record["name"] = value ?? .null
        } else if field == "credentials" || field == Self.contactsKey {
            record[field] = value
        } else if Self.queueKeys.contains(field) {
            // Commands hand over what was typed.
            record[field] = value.map { $0.string.flatMap(Int.init).map { .number(JSONNumber($0)) } ?? $0 }
        } else {
            var fields = self.fields
            fields[field] = value
            record["fields"] = .object(fields)
        }
        return Self.load(Array(JSONValue.object(record).compact.utf8), fileName: "client \(slug)")
    }
}

/// Reads one client, in either shape, without stopping at a mistake.
struct ClientReader {
    let problems: ConfigProblems

    func client(_ json: PositionedJSON) -> ClientRecord? {
        if case .object(let members) = json.kind, members.contains(where: { $0.key == "client_id" }) {
            return payload(json, members)
        }
        let keys = ["slug", "name", "fields", "contacts", "monthly_budget", "credentials"] + ClientRecord.queueKeys
        guard let root = ConfigObject(json, path: "", keys: keys, problems: problems) else { return nil }
        let slug = root.text("slug", .slug)
        let name = root.text("name", .line(200))
        let fields = fields(root.members["fields"]?.value, path: "fields")
        let contacts = contacts(root)
        let budget = BudgetReader().budget(root, "monthly_budget")
        let credentials = root.text("credentials", .slug, required: false)
        let weight = root.whole(ClientRecord.queueKeys[0], 1...100, required: false)
        let runsMax = root.whole(ClientRecord.queueKeys[1], 1...10_000, required: false)
        guard let slug, let name else { return nil }
        return ClientRecord(
            slug: slug, name: name, fields: fields, contacts: contacts, budget: budget, credentials: credentials,
            queueWeight: weight ?? 1, concurrentRunsMax: runsMax)
    }

    private func payload(_ json: PositionedJSON, _ members: [PositionedJSON.Member]) -> ClientRecord? {
        guard let root = ConfigObject(json, path: "", keys: members.map(\.key), problems: problems) else { return nil }
        let slug = root.text("client_id", .slug)
        let name = root.text("client_name", .line(200))
        let rest = members.filter { !["client_id", "client_name"].contains($0.key) && !$0.key.hasPrefix("_") }
        let fields = fields(PositionedJSON(position: json.position, kind: .object(rest)), path: "")
        guard let slug, let name else { return nil }
        return ClientRecord(slug: slug, name: name, fields: fields, contacts: [])
    }

    private func fields(_ json: PositionedJSON?, path: String) -> JSONObject {
        guard let json else { return JSONObject() }
        guard case .object(let members) = json.kind else {
            problems.add(path, json.position, "expected an object in braces, found \(json.value.kindName)")
            return JSONObject()
        }
        if members.count > ClientRecord.fieldsMax {
            problems.add(
                path, json.position, "expected at most \(ClientRecord.fieldsMax) fields, found \(members.count)")
            return JSONObject()
        }
        var fields = JSONObject()
        for member in members {
            let place = path.isEmpty ? member.key : "\(path).\(member.key)"
            ClientFieldRule(problems: problems).check(member, at: place)
            fields[member.key] = member.value.value
        }
        return fields
    }

    private func contacts(_ root: ConfigObject) -> [ClientRecord.Contact] {
        guard let json = root.members[ClientRecord.contactsKey]?.value else { return [] }
        let most = ClientRecord.contactsMax
        guard case .array(let items) = json.kind else {
            root.problem("contacts", "expected a list of at most \(most) contacts, found \(json.value.kindName)")
            return []
        }
        guard items.count <= most else {
            root.problem("contacts", "expected at most \(most) contacts, found \(items.count)")
            return []
        }
        return items.enumerated().compactMap { index, item in
            let object = ConfigObject(
                item, path: "contacts[\(index)]", keys: ["name", "email", "slack"], problems: problems)
            guard let object, let name = object.text("name", .line(100)) else { return nil }
            return ClientRecord.Contact(
                name: name, email: object.text("email", .email, required: false),
                slack: object.text("slack", .slackTag, required: false))
        }
    }
}
