package import Speech

/// Parameters for telling a recording's speakers apart by their voices. Lengths are in samples at 16 kHz.
///
/// Tuned on composed conversations and meetings, see docs/speakers.md. The values for voices hold for the local engine's ECAPA-TDNN.
package struct DiarizationRule: Sendable, Equatable {
    /// Length of a window. Shorter windows say little about a voice; longer ones blur the times of changes.
    package var window = SampleCount(24_000)
    /// Distance between the starts of two windows.
    package var step = SampleCount(12_000)
    /// Mean distance below which two groups of windows are one voice. It is large because single windows are farther apart than whole clips.
    package var distance: Float = 0.77
    /// The same, where a segmentation model gives hints.
    package var hintedDistance: Float = 0.78
    /// Minimum share of a window's speech in which the segmentation model hears one speaker, and nobody else, for the window to found a group.
    package var purity: Float = 0.7
    /// Distance that is added for two clips that the segmentation model gives to different speakers.
    package var apart: Float = 0.2
    /// Distance that is subtracted for two clips that the segmentation model gives to one speaker.
    package var same: Float = 0.1
    /// Probability of anybody's speech from which the segmentation model hears speech.
    package var activity: Float = 0.2
    /// Length by which a turn begins earlier than the segmentation model hears speech.
    package var activityLead = SampleCount(3_200)
    /// Length by which a turn ends later than the segmentation model hears speech.
    package var activityTail = SampleCount(1_600)
    /// Probability of a second speaker from which two speak.
    package var second: Float = 0.5
    /// Maximum pause between a speaker's own turn and the same speaker's words in another's turn, which become one.
    package var overlapPause = SampleCount(8_000)
    /// Minimum length of a window that may found a group. Shorter windows only join one.
    package var shortestEvidence = SampleCount(16_000)
    /// Minimum speech of a speaker; `minShare` is the minimum share of all speech. A speaker below both is merged with the most similar one.
    package var minSpeech = SampleCount(24_000)
    package var minShare = 0.02
    /// Amount of speech from which a speaker is never merged.
    package var surelySomebody = SampleCount(80_000)
    /// Length by which voice activity detects the beginning of speech late, and its end early.
    package var padding = SampleCount(4_000)
    /// Minimum length of speech whose speaker is decided by sound. Shorter speech gets the nearest speaker.
    package var shortest = SampleCount(6_400)
    /// Maximum pause of a speaker within a turn.
    package var pause = SampleCount(24_000)
    /// Cost of a change of speaker within speech without a pause, in sums of similarity over frames of 50 ms.
    package var change: Float = 1

    package init() {}
}
