import Crypto
import CryptoExtras
import Foundation
import NIOPosix

/// Passwords as scrypt keeps them (RFC 7914): `scrypt$N$r$p$salt$hash`, salt and hash in base64.
package struct PasswordHash: Sendable {
    package let rounds: Int
    package let blockSize: Int
    package let parallelism: Int
    static let saltBytes = 16, hashBytes = 32
    package static let charactersMin = 10, bytesMax = 256

    /// 32 MiB and about a tenth of a second on a small server; OWASP's list of 2023 has it as N=2^15, r=8, p=3.
    package static let standard = PasswordHash(rounds: 1 << 15, blockSize: 8, parallelism: 3)

    package init(rounds: Int, blockSize: Int, parallelism: Int) {
        self.rounds = rounds
        self.blockSize = blockSize
        self.parallelism = parallelism
    }

    package func make(_ password: String) async throws -> String {
        let salt = Data(SymmetricKey(size: .init(bitCount: Self.saltBytes * 8)).withUnsafeBytes { Array($0) })
        let hash = try await derive(password, salt)
        return
            "scrypt$\(rounds)$\(blockSize)$\(parallelism)$\(salt.base64EncodedString())$\(hash.base64EncodedString())"
    }

    /// Whether `password` is the one that was hashed. Without a hash it takes as long and says no, so that an answer's
    /// time does not tell which accounts exist.
    package func matches(_ password: String, _ stored: String?) async throws -> Bool {
        guard let stored, let (parameters, salt, expected) = Self.read(stored) else {
            _ = try await derive(password, Data(count: Self.saltBytes))
            return false
        }
        let found = try await parameters.derive(password, salt)
        return zip(found, expected).reduce(UInt8(found.count == expected.count ? 0 : 1)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func read(_ stored: String) -> (PasswordHash, Data, Data)? {
        let parts = stored.split(separator: "$").map(String.init)
        guard parts.count == 6, parts[0] == "scrypt", let rounds = Int(parts[1]), let block = Int(parts[2]),
            let parallel = Int(parts[3]), let salt = Data(base64Encoded: parts[4]),
            let hash = Data(base64Encoded: parts[5]), hash.count == hashBytes
        else { return nil }
        return (PasswordHash(rounds: rounds, blockSize: block, parallelism: parallel), salt, hash)
    }

    /// On threads of its own: the network's must not wait for it. They are few, so that is also its limit.
    private func derive(_ password: String, _ salt: Data) async throws -> Data {
        let (rounds, block, parallel) = (rounds, blockSize, parallelism)
        let bytes = Data(password.precomposedStringWithCanonicalMapping.utf8.prefix(Self.bytesMax))
        return try await NIOThreadPool.singleton.runIfActive {
            try KDF.Scrypt.deriveKey(
                from: bytes, salt: salt, outputByteCount: Self.hashBytes, rounds: rounds, blockSize: block,
                parallelism: parallel
            ).withUnsafeBytes { Data($0) }
        }
    }
}

/// Keys nobody can guess: 256 random bits, and what is kept of them.
package enum OpaqueKey {
    package static func make() -> String {
        SymmetricKey(size: .bits256).withUnsafeBytes { Hex.text($0) }
    }

    package static func hash(_ key: String) -> String { Hex.sha256(Array(key.utf8)) }
}
