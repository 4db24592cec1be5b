import Foundation
import Hummingbird
import Testing

@testable import BureauVendors

private func download(
    bytesMax: Int64 = 10 << 20, answer: @escaping VendorServer.Answer,
    _ check: @Sendable (Result<Downloaded, VendorError>, String) throws -> Void
) async throws {
    try await withTemporaryFolder { folder in
        try await VendorServer.run(answer: answer) { server, transport in
            let client = AnthropicClient(transport: transport, baseURL: server.baseURL, key: Secret("k"))
            let result: Result<Downloaded, VendorError>
            do throws(VendorError) {
                result = .success(try await client.download("file_1", to: folder + "/out.md", bytesMax: bytesMax))
            } catch {
                result = .failure(error)
            }
            try check(result, folder)
        }
    }
}

private func files(_ folder: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? ["unreadable"]
}

extension Result where Failure == VendorError {
    fileprivate var kind: VendorError.Kind? { if case .failure(let error) = self { error.kind } else { nil } }
}

@Suite("Downloads")
struct DownloadTests {
    @Test("A file is stored whole, with its hash, and nothing beside it")
    func whole() async throws {
        try await download(answer: { _ in .bytes(Array("abc".utf8)) }) { result, folder in
            let saved = try result.get()
            #expect(
                saved
                    == Downloaded(bytes: 3, sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"))
            #expect(files(folder) == ["out.md"])
            #expect(FileManager.default.contents(atPath: folder + "/out.md") == Data("abc".utf8))
        }
    }

    @Test(
        "A file keeps its bytes beside one that has its name and .part, whichever comes first and when the other fails",
        arguments: [["out.md", "out.md.part"], ["out.md.part", "out.md"]])
    func neighbours(names: [String]) async throws {
        try await withTemporaryFolder { folder in
            try await VendorServer.run(answer: { request in
                guard request.path.contains("broken") else { return .bytes(Array(request.path.utf8)) }
                return .streaming { writer in
                    try await writer.write(ByteBuffer(string: "half"))
                    throw Broken()
                }
            }) { server, transport in
                let client = AnthropicClient(transport: transport, baseURL: server.baseURL, key: Secret("k"))
                for name in names {
                    _ = try await client.download("of_\(name)", to: "\(folder)/\(name)", bytesMax: 1_000)
                }
                let error = try await vendorError {
                    try await client.download("broken", to: "\(folder)/out.md", bytesMax: 1_000)
                }
                #expect(error.kind == .noAnswer)
            }
            #expect(files(folder).sorted() == names.sorted())
            for name in names {
                let kept = FileManager.default.contents(atPath: "\(folder)/\(name)") ?? Data()
                #expect(String(decoding: kept, as: UTF8.self) == "/v1/files/of_\(name)/content")
            }
        }
    }

    @Test("An empty file is a file")
    func empty() async throws {
        try await download(answer: { _ in .bytes([]) }) { result, folder in
            let saved = try result.get()
            #expect(saved.bytes == 0)
            #expect(files(folder) == ["out.md"])
        }
    }

    @Test("A short body leaves nothing behind", arguments: [10_000, nil])
    func short(length: Int?) async throws {
        try await download(answer: { _ in
            .streaming(length: length) { writer in
                try await writer.write(ByteBuffer(string: "half"))
                throw Broken()
            }
        }) { result, folder in
            #expect(result.kind == .noAnswer)
            #expect(files(folder).isEmpty)
        }
    }

    @Test("Too large a file leaves nothing behind, announced or not", arguments: [true, false])
    func tooLarge(announced: Bool) async throws {
        try await download(
            bytesMax: 99,
            answer: { _ in
                .streaming(length: announced ? 100 : nil) { writer in
                    try await writer.write(ByteBuffer(repeating: 1, count: 100))
                    try await writer.finish(nil)
                }
            }
        ) { result, folder in
            #expect(result.kind == .rejected(status: 0, code: "file_too_large"))
            #expect(files(folder).isEmpty)
        }
    }

    @Test(
        "A refusal is classified",
        arguments: [
            (400, VendorError.Kind.rejected(status: 400, code: "file_not_downloadable")),
            (502, .unavailable(status: 502)),
        ])
    func refused(status: Int, kind: VendorError.Kind) async throws {
        try await download(answer: { _ in
            .json(
                #"{"error":{"type":"invalid_request_error","message":"m","details":{"error_code":"file_not_downloadable"}}}"#,
                status: status)
        }) { result, folder in
            #expect(result.kind == kind)
            #expect(files(folder).isEmpty)
        }
    }

    @Test("A folder that is not there is our own failure")
    func noFolder() async throws {
        try await VendorServer.run(answer: { _ in .bytes([1]) }) { server, transport in
            let client = AnthropicClient(transport: transport, baseURL: server.baseURL, key: Secret("k"))
            let error = try await vendorError { try await client.download("f", to: "/nonexistent/out", bytesMax: 10) }
            #expect(error.kind == .rejected(status: 0, code: "local_file"))
        }
    }
}
