/// One resumable upload: a session address, then pieces, and after every disturbance a question how far it got.
struct DriveUpload {
    /// All pieces but the last must be a multiple of 262,144 bytes.
    static let pieceBytes: Int64 = 8 << 20
    /// Disturbances in a row, without a byte of progress, after which the upload is given up.
    static let disturbancesMax = 5

    let client: GoogleDriveClient
    let metadata: DriveMetadata
    let mime: String
    let path: String
    let bytes: Int64

    private enum Progress {
        case stored(Int64)
        case done(DriveFile)
        /// The session is no longer known.
        case gone
    }

    func run() async throws(VendorError) -> DriveFile {
        // A session lives a week; one that vanishes is replaced once.
        if let file = try await transfer(to: try await begin()) { return file }
        if let file = try await transfer(to: try await begin()) { return file }
        throw client.request("upload file", .put, []).failure(
            .unavailable(status: 404), "the upload session vanished twice")
    }

    /// Opens the session. Its address is a capability, so it is kept like a credential and appears in no error.
    private func begin() async throws(VendorError) -> Secret {
        let query = [("uploadType", "resumable"), ("fields", DriveFile.fields)]
        var request = client.request("begin upload", .post, ["upload", "drive", "v3", "files"], query)
        request.headers["content-type"] = "application/json; charset=UTF-8"
        request.headers["x-upload-content-type"] = mime
        request.headers["x-upload-content-length"] = String(bytes)
        request.body = .bytes(try RequestJSON.bytes(metadata, request))
        let (response, sent) = try await client.answer(request)
        guard response.isSuccess else { throw GoogleFailure.error(response, sent, now: client.now()) }
        guard let location = response.headers["location"], !location.isEmpty else {
            throw sent.failure(.unreadable(field: "location"))
        }
        return Secret(location)
    }

    /// Nil when the session is gone.
    private func transfer(to session: Secret) async throws(VendorError) -> DriveFile? {
        var offset: Int64 = 0
        var disturbances = 0
        var mustAsk = false
        while true {
            do throws(VendorError) {
                let progress = mustAsk ? try await status(session) : try await put(session, from: offset)
                mustAsk = false
                switch progress {
                case .done(let file): return file
                case .gone: return nil
                case .stored(let stored):
                    if stored > offset { disturbances = 0 } else { disturbances += 1 }
                    offset = stored
                    if disturbances >= Self.disturbancesMax { throw stuck }
                }
            } catch {
                guard error.isRetryable, disturbances < Self.disturbancesMax else { throw error }
                disturbances += 1
                mustAsk = true
                await client.pause(wait(after: error, disturbances))
                guard !Task.isCancelled else { throw error }
            }
        }
    }

    private var stuck: VendorError {
        client.request("upload file", .put, []).failure(
            .rejected(status: 308, code: "no_progress"), "no byte was stored")
    }

    private func wait(after error: VendorError, _ disturbances: Int) -> Int64 {
        if case .limited(let wait?) = error.kind { return min(wait, 64_000) }
        return 1000 << Int64(min(disturbances - 1, 6))
    }

    private func put(_ session: Secret, from offset: Int64) async throws(VendorError) -> Progress {
        let length = min(Self.pieceBytes, bytes - offset)
        // Everything stored, yet no file in the answer: only the status query tells what became of it.
        guard length > 0 else { return try await status(session) }
        var request = sessionRequest("upload file", session)
        request.headers["content-range"] = "bytes \(offset)-\(offset + length - 1)/\(bytes)"
        request.body = .file(path: path, offsetBytes: offset, lengthBytes: length)
        request.timeoutSeconds = 300
        return try progress(try await client.transport.send(request), request)
    }

    private func status(_ session: Secret) async throws(VendorError) -> Progress {
        var request = sessionRequest("ask upload status", session)
        request.headers["content-range"] = "bytes */\(bytes)"
        return try progress(try await client.transport.send(request), request)
    }

    private func sessionRequest(_ operation: String, _ session: Secret) -> VendorRequest {
        VendorRequest(
            vendor: .google, operation: operation, method: .put, url: session.reveal(),
            headers: ["accept": "application/json"], timeoutSeconds: 60)
    }

    private func progress(_ response: VendorResponse, _ request: VendorRequest) throws(VendorError) -> Progress {
        switch response.status {
        case 200, 201:
            guard let file = response.decoded(DriveFile.self) else { throw request.failure(.unreadable(field: "id")) }
            return .done(file)
        case 308: return .stored(stored(response.headers["range"]))
        case 404, 410: return .gone
        default: throw GoogleFailure.error(response, request, now: client.now())
        }
    }

    /// "bytes=0-8388607" means 8,388,608 are stored; without the header nothing is.
    private func stored(_ range: String?) -> Int64 {
        guard let last = range?.split(separator: "-").last.flatMap({ Int64($0) }), last >= 0, last < bytes else {
            return 0
        }
        return last + 1
    }
}
