package import BureauDomain

/// What may be built on and what may not.
package struct ReusableArtifacts: Sendable, Hashable {
    package struct Excluded: Sendable, Hashable {
        package let artifact: ArtifactRecord
        package let exclusion: ArtifactReuse.Exclusion
    }

    package var usable: [ArtifactRecord]
    package var excluded: [Excluded]
}
