package import BureauDomain

/// Artifacts as the command line and the API give them out: only what is named here, and every free text cleaned. No
/// key of a store, no payload, nothing a vendor said.
extension ArtifactRecord {
    package func document(_ exclusion: ArtifactReuse.Exclusion?) -> JSONValue {
        .object(JSONObject(facts(exclusion)))
    }

    func facts(_ exclusion: ArtifactReuse.Exclusion?) -> [(String, JSONValue)] {
        [
            ("id", .string(id)), ("title", .shown(title)), ("client", .shown(clientSlug)),
            ("client_name", .shown(clientName)), ("agent", .string(agent)), ("kind", .string(kind)),
            ("channel", .shown(channel)), ("period", .period(period)), ("version", .count(version)),
            ("round", .count(round)), ("status", .string(state.rawValue)), ("visibility", .string(visibility.rawValue)),
            ("reusable", .bool(exclusion == nil)),
            ("not_reusable", exclusion.map { ["code": .string($0.code), "why": .shown($0.sentence)] } ?? .null),
            ("superseded_by", .shown(supersededBy)), ("decided_by", .shown(decidedBy)), ("reason", .shown(reason)),
            ("run", .string(runID)), ("created_at", .instant(createdAt)), ("moved_at", .instant(movedAt)),
        ]
    }

    /// Cleaned once more on its way out: it may be from before a rule was there.
    package var capsuleDocument: JSONValue {
        (try? JSONValue.parse(Array(capsule.utf8))).map { Outgoing.clean($0) } ?? .null
    }
}

extension ArtifactDesk.Page {
    package func document(_ exclusion: ArtifactReuse.Exclusion?) -> JSONValue {
        let artifact = artifact
        let provenance: [(String, JSONValue)] = [
            ("agent", .string(artifact.agent)), ("agent_version", .string(artifact.agentVersion)),
            ("config_sha256", .string(artifact.configHash)), ("session", .shown(artifact.sessionID)),
            ("session_agent", .shown(artifact.sessionAgent)), ("model", .shown(artifact.model)),
            ("payload_sha256", .shown(artifact.payloadHash)), ("asked_by", .shown(artifact.requestedBy)),
            ("task", .shown(run.taskURL ?? run.taskID)), ("decided_by", .shown(artifact.decidedBy)),
            ("told_of", .array(access.filter { $0.refused == nil }.map(\.document))),
        ]
        return .object(
            JSONObject(
                artifact.facts(exclusion) + [
                    ("files", .array(files.map(\.document))), ("deliveries", .array(deliveries.map(\.document))),
                    ("revisions", .array(revisions.map(\.document))),
                    (
                        "versions",
                        .array(
                            versions.map {
                                [
                                    "id": .string($0.id), "round": .count($0.round),
                                    "status": .string($0.state.rawValue),
                                ]
                            })
                    ),
                    ("provenance", .object(JSONObject(provenance))), ("capsule", artifact.capsuleDocument),
                ]))
    }
}

extension ArtifactFileRecord {
    package var document: JSONValue {
        [
            "name": .string(name), "role": .string(role.rawValue), "mime_type": .shown(mimeType),
            "bytes": .number(JSONNumber(sizeBytes)), "sha256": .string(sha256),
        ]
    }
}

extension ArtifactDelivery {
    package var document: JSONValue {
        [
            "channel": .string(channel), "kind": .string(kind), "subject": .shown(subject), "link": .shown(link),
            "step": .string(stepID), "delivered_at": .instant(deliveredAt),
        ]
    }
}

extension ArtifactRevision {
    package var document: JSONValue {
        let said = comments.map { comment -> JSONValue in
            ["author": .shown(comment.author), "text": .shown(comment.text), "written_at": .instant(comment.writtenAt)]
        }
        return [
            "round": .count(round), "artifact": .string(artifactID), "made": .shown(madeID),
            "asked_at": .instant(askedAt), "made_at": madeAt.map { .instant($0) } ?? .null, "comments": .array(said),
        ]
    }
}

extension DataAccess {
    package var document: JSONValue {
        [
            "at": .instant(at), "round": .count(round), "way": .string(way), "artifact": .shown(artifactID),
            "part": .shown(part), "bytes": .count(bytes), "refused": .shown(refused),
        ]
    }
}

extension JSONValue {
    fileprivate static func shown(_ text: String?) -> JSONValue { text.map { .string(Outgoing.clean($0)) } ?? .null }
    fileprivate static func count(_ number: Int) -> JSONValue { .number(JSONNumber(number)) }
    fileprivate static func period(_ period: ArtifactPeriod?) -> JSONValue {
        period.map { ["key": .string($0.key), "from": .string($0.from), "to": .string($0.to)] } ?? .null
    }
}
