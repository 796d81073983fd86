import Speech
import Synchronization

/// Finds the times of recognised words by forced alignment with PocketSphinx: about 10 ms of work for a second of audio on a free core.
///
/// Deterministic: the same words and samples always get the same times, whether the audio was live or recorded.
package final class WordAligner: Sendable {
    private final class Slot: Sendable {
        let decoder = Mutex<AlignerDecoder?>(nil)
    }

    private let library: AlignerLibrary
    private let acousticModel: String
    private let dictionary: String
    private let slots: [Slot]
    private let turn = Atomic<Int>(0)

    /// Makes the first decoder, so that missing files are noticed now.
    ///
    /// - Parameters:
    ///   - acousticModel: path of the acoustic model's folder.
    ///   - dictionary: path of the file with words and their phones.
    ///   - decoders: maximum number of alignments at the same time; further ones wait. Decoders after the first are made when they are needed.
    package init(library: AlignerLibrary, acousticModel: String, dictionary: String, decoders: Int) throws(AlignerUnavailable) {
        self.library = library
        self.acousticModel = acousticModel
        self.dictionary = dictionary
        slots = (0..<max(1, decoders)).map { _ in Slot() }
        let failure: AlignerUnavailable? = slots[0].decoder.withLock { decoder in
            do throws(AlignerUnavailable) {
                decoder = try AlignerDecoder(library: library, acousticModel: acousticModel, dictionary: dictionary)
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }

    /// Returns the range of each of `words` in `samples`, in order, in samples from the first. Words that the aligner cannot place get times in
    /// proportion to their letters. Blocks until the work is done.
    ///
    /// - Parameters:
    ///   - words: the words as displayed.
    ///   - samples: audio, mono, 16 kHz, −1…1.
    ///   - speech: the part of the samples that is known to be speech; used for times in proportion.
    package func align(_ words: [String], in samples: [Float], speech: Range<Int>) -> [Range<Int>] {
        place(words, in: samples) ?? ProportionalTimes.ranges(of: words, in: speech)
    }

    /// Works like `align`, but returns nil when the audio does not match the words.
    package func place(_ words: [String], in samples: [Float]) -> [Range<Int>]? {
        let spoken = words.map(SpokenForm.init)
        guard spoken.contains(where: { !$0.tokens.isEmpty }) else { return nil }
        let pcm = samples.map { Int16(max(-32_768, min(32_767, ($0 * 32_768).rounded()))) }
        return withDecoder { $0.align(spoken, in: pcm) }
    }

    private func withDecoder<Result: Sendable>(_ body: @Sendable (inout AlignerDecoder) -> Result?) -> Result? {
        for slot in slots {
            if let result = slot.decoder.withLockIfAvailable({ use(&$0, body) }) { return result }
        }
        let next = turn.wrappingAdd(1, ordering: .relaxed).oldValue
        return slots[(next & Int.max) % slots.count].decoder.withLock { use(&$0, body) }
    }

    private func use<Result: Sendable>(_ decoder: inout AlignerDecoder?, _ body: @Sendable (inout AlignerDecoder) -> Result?) -> Result? {
        var taken: AlignerDecoder
        if let kept = decoder.take(), kept.addedWords <= AlignerDecoder.maximumAddedWords {
            taken = kept
        } else {
            guard let made = try? AlignerDecoder(library: library, acousticModel: acousticModel, dictionary: dictionary) else { return nil }
            taken = made
        }
        let result = body(&taken)
        decoder = consume taken
        return result
    }
}
