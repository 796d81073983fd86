package import Speech

/// How the speakers of a recording are told apart by their voices. Lengths in samples at 16 kHz.
///
/// Chosen on composed conversations and meetings, see docs/speakers.md; what it says of voices holds for the local engine's ECAPA-TDNN.
package struct DiarizationRule: Sendable, Equatable {
    /// How much is listened to at a time: less says little of a voice, more blurs who spoke when.
    package var window = SampleCount(24_000)
    /// Windows begin so far from each other.
    package var step = SampleCount(12_000)
    /// Groups of windows are one voice's when their mean distance is less than this: single windows lie farther from each other than whole clips do.
    package var distance: Float = 0.77
    /// Windows shorter than this found no group: they only join one.
    package var shortestEvidence = SampleCount(16_000)
    /// Somebody who has spoken less than this, and less than the share of all speech, is taken for whoever sounds most alike.
    package var leastSpeech = SampleCount(24_000)
    package var leastShare = 0.02
    /// But nobody is who has spoken so much.
    package var surelySomebody = SampleCount(80_000)
    /// Voice activity hears speech begin late and end early, by about this.
    package var padding = SampleCount(4_000)
    /// Shorter speech is nobody's by its sound: it is whose the nearest is.
    package var shortest = SampleCount(6_400)
    /// A pause of the same speaker that is no longer than this is part of a turn.
    package var pause = SampleCount(24_000)
    /// What a change of speaker costs within speech without a pause, in sums of similarity over frames of 50 ms.
    package var change: Float = 1

    package init() {}
}
