/// The warning to a live client that final words come late, because recognition is behind the audio, and the end of it.
package enum LateFinals {
    /// Short name for machines.
    package static let name = "late"
    /// Sentence for people.
    package static let text = "Recognition is several seconds behind the audio: final words come late."
    /// Short name of the end, for machines.
    package static let endName = "in_time"
    /// Sentence about the end, for people.
    package static let endText = "Recognition has caught up with the audio: final words come in time again."
}
