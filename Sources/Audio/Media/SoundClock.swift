internal import Speech

/// Places the decoded sound of one track on the time line that a player shows: words stand where they are heard beside the picture.
///
/// The clock decides where silence is missing, and what lies before the start. It is a value without I/O. Its times come from the container, which
/// may be damaged or hostile, so an unbelievable time never makes silence: the sound then follows what came before it.
struct SoundClock: Sendable {
    /// Limits of the silence that time stamps may make.
    struct Limits: Sendable {
        /// Longest silence before the first sound.
        var start: Duration
        /// Longest silence between two packets.
        var hole: Duration
        /// Longest silence of all holes together: a file of a few bytes must not become years.
        var total: Duration = .seconds(86_400)
    }

    /// The treatment of one frame.
    struct Placement: Sendable, Equatable {
        /// Silence to put before the frame.
        var silence = Duration.zero
        /// Number of samples at the frame's start that lie before the time line.
        var droppedCount = 0
    }

    /// Difference between a time stamp and the number of samples below which the samples count: time stamps are rounded, and some jitter.
    private static let tolerance: Duration = .milliseconds(40)
    /// Offset of the first sound below which it counts as the start.
    private static let startTolerance: Duration = .milliseconds(15)
    /// Sound that is shorter is no beginning.
    private static let begun: Duration = .milliseconds(100)
    /// A time stamp that goes back by more begins a new count: the sound goes on, and none of it is dropped.
    private static let back: Duration = .milliseconds(100)
    /// Shortest silence between two packets that is reported.
    private static let reported: Duration = .milliseconds(250)
    /// Distance by which a hole may reach beyond the declared end, which is often a little early.
    private static let slack: Duration = .seconds(2)
    /// Longest time before the start that is dropped: encoders need a moment, and no more.
    private static let longestLead: Duration = .seconds(10)

    private let limits: Limits
    /// The container's time minus the time line's time: changes when a time stamp is not believed.
    private var shift = Duration.zero
    /// Position of the next sample.
    private(set) var position = Duration.zero
    /// The holes so far, and those since the last call of `newHoles`.
    private var holes = Holes()
    private var untold = Holes()

    /// Stretches without sound that are worth telling.
    private struct Holes: Sendable {
        var count = 0
        var total = Duration.zero
        var first = Duration.zero

        var notice: RecordingNotice? { count == 0 ? nil : .holes(count: count, total: total, first: first) }

        mutating func add(_ length: Duration, at position: Duration) {
            if count == 0 { first = position }
            count += 1
            total += length
        }
    }

    init(_ limits: Limits) { self.limits = limits }

    /// The holes so far; nil when there are none worth telling.
    var notice: RecordingNotice? { holes.notice }

    /// Returns the holes since the last call; nil when there are none worth telling.
    mutating func newHoles() -> RecordingNotice? {
        defer { untold = Holes() }
        return untold.notice
    }

    /// Places a frame.
    ///
    /// - Parameters:
    ///   - time: the container's time of the first sample, counted from the time line's origin; nil when the container does not tell.
    ///   - count: number of samples.
    ///   - end: end of the file by its header, on the time line; nil when the header does not tell. No hole reaches far beyond it.
    mutating func place(at time: Duration?, count: Int, _ rate: SampleRate, end: @autoclosure () -> Duration?) -> Placement {
        var placement = Placement()
        let gap = time.map { $0 - shift - position } ?? .zero
        if position == .zero {
            if gap < .zero - Self.longestLead || gap > limits.start {
                shift += gap
            } else if gap < .zero {
                placement.droppedCount = min(count, Int(SampleCount(.zero - gap, at: rate).samples))
            } else if gap >= Self.startTolerance {
                placement.silence = gap
            }
        } else if gap > Self.tolerance {
            if gap <= limits.hole, holes.total + gap <= limits.total, end().map({ position + gap <= $0 + Self.slack }) ?? true {
                placement.silence = gap
                add(hole: gap)
            } else {
                shift += gap
            }
        } else if gap < .zero - Self.back {
            shift += gap
        }
        position += placement.silence + SampleCount(count - placement.droppedCount).duration(at: rate)
        return placement
    }

    /// Adds silence in which the track is not heard from.
    mutating func wait(_ length: Duration) { position += length }

    private mutating func add(hole: Duration) {
        // An encoder's delay in front of sound that begins late makes a hole of it.
        guard hole >= Self.reported, position >= Self.begun else { return }
        holes.add(hole, at: position)
        untold.add(hole, at: position)
    }
}
