package import Store

/// Names of audio from another gateway. This gateway has not encoded such audio, so it decodes the audio as a stranger's recording.
package enum ImportedAudio {
    private static let prefix = "imported-"

    /// Returns the name for a new file.
    ///
    /// - Parameter id: a new UUID.
    package static func name(_ id: String) -> String { prefix + id + ".opus" }

    package static func isName(_ name: BlobName) -> Bool { name.text.hasPrefix(prefix) }
}
