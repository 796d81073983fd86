/// Value of a segment's field, as it goes out and comes in.
package enum SegmentValue: Sendable, Equatable {
    case text(String?)
    case integer(Int?)
    case time(Duration)
    /// 0…1.
    case fraction(Double?)
    case flag(Bool)
    case words([SegmentWord])
    case emptyList
    case null

    package var text: String? { if case .text(let text) = self { text } else { nil } }
    package var integer: Int? { if case .integer(let number) = self { number } else { nil } }
    package var time: Duration? { if case .time(let time) = self { time } else { nil } }
    package var fraction: Double? { if case .fraction(let fraction) = self { fraction } else { nil } }
    package var words: [SegmentWord]? { if case .words(let words) = self { words } else { nil } }
}
