/// The audio files that were deleted because they were too old.
package struct RemovedAudio: Sendable, Equatable {
    package var files: Int
    package var bytes: Int64

    package init(files: Int = 0, bytes: Int64 = 0) {
        self.files = files
        self.bytes = bytes
    }

    package static func += (sum: inout Self, one: Self) {
        sum.files += one.files
        sum.bytes += one.bytes
    }
}
