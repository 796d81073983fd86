/// The warning to a live client that final words come late, because recognition is behind the audio.
package enum LateFinals {
    /// Short name for machines.
    package static let name = "late"
    /// Sentence for people.
    package static let text = "Recognition is several seconds behind the audio: final words come late."
}
