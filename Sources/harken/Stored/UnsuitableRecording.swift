/// The error of a recording from which a voice cannot be learned.
struct UnsuitableRecording: Error, CustomStringConvertible {
    let description: String

    init(_ file: String, _ problem: String) { description = "\(file): \(problem)" }
}
