/// The reason why words cannot be aligned. Recognition goes on with times in proportion to the words' letters.
package struct AlignerUnavailable: Error, Equatable, CustomStringConvertible {
    package var description: String
}
