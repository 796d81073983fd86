import Glibc
package import Speakers
package import Speech

/// Hears who of up to three speakers is active in stretches of ten seconds: pyannote's segmentation 3.0. About 27 ms of work for a stretch.
package final class SpeakerSegmentation: Sendable {
    /// The speakers who are active in each of the model's classes.
    private static let classes: [[Int]] = [[], [0], [1], [2], [0, 1], [0, 2], [1, 2]]

    private let runtime: InferenceRuntime
    private let session: InferenceSession
    private let input: InferenceSession.Slot
    private let output: InferenceSession.Slot

    /// - Parameter path: the path of `pyannote-segmentation-3.0.onnx`.
    package init(_ runtime: InferenceRuntime, path: String) throws(InferenceError) {
        self.runtime = runtime
        session = try InferenceSession(runtime, path: path)
        input = try session.input("samples")
        output = try session.output("scores")
    }

    /// Returns the speakers in a stretch. Blocks the calling thread.
    ///
    /// - Parameter samples: the audio from `start` on, mono, 16 kHz. Silence follows where it is shorter than a stretch.
    package func speakers(in samples: [Float], from start: SampleIndex) throws(InferenceError) -> LocalSpeakers {
        let length = Int(LocalSpeakers.length.samples)
        var stretch = Array(samples.prefix(length))
        stretch += repeatElement(0, count: length - stretch.count)
        let scores = try run(stretch.span)
        var probabilities = [Float](repeating: 0, count: LocalSpeakers.frames * LocalSpeakers.count)
        for frame in 0..<LocalSpeakers.frames {
            for (index, speakers) in Self.classes.enumerated() {
                let probability = exp(scores[frame * Self.classes.count + index])
                for speaker in speakers { probabilities[frame * LocalSpeakers.count + speaker] += probability }
            }
        }
        guard let speakers = LocalSpeakers(start: start, probabilities: probabilities) else {
            throw .failedRun(model: session.path, reason: "\(probabilities.count) probabilities are not those of a stretch")
        }
        return speakers
    }

    /// Returns the model's own output for a stretch: logarithms of the probabilities of the classes, frame by frame.
    package func run(_ samples: Span<Float>) throws(InferenceError) -> [Float] {
        let results = try session.run([.init(input, try Tensor(samples, shape: [1, 1, samples.count], runtime))], [output])
        let scores = try results[0].withElements(Float.self) { elements in elements.withUnsafeBufferPointer { Array($0) } }
        guard scores.count == LocalSpeakers.frames * Self.classes.count else {
            throw .failedRun(model: session.path, reason: "the segmentation has \(scores.count) scores, not those of \(LocalSpeakers.frames) frames")
        }
        return scores
    }
}
