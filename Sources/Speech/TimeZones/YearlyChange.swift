/// A moment of every year at which clocks change, on the clocks before the change.
struct YearlyChange: Sendable, Equatable {
    enum DayRule: Sendable, Equatable {
        /// The day of the year, 1 to 365; 29 February is never counted.
        case common(Int)
        /// The day of the year, 0 to 365; 29 February is counted.
        case counted(Int)
        /// A day of the week: the first to fourth of the month, or its last (5). 0 is Sunday.
        case weekday(month: Int, week: Int, day: Int)
    }

    var day: DayRule
    /// Seconds since the day's midnight: from a week before it to a week after it.
    var seconds: Int

    /// Returns the change's place on the clocks before the change, in seconds since 1970-01-01T00:00.
    func second(in year: Int) -> Int64 { Int64(date(in: year).number) * 86_400 + Int64(seconds) }

    private func date(in year: Int) -> CalendarDay {
        let first = CalendarDay(firstOf: 1, in: year)
        switch day {
        case .common(let number):
            let isBehindLeapDay = number >= 60 && CalendarDay(firstOf: 1, in: year + 1).number - first.number == 366
            return first + (number - 1 + (isBehindLeapDay ? 1 : 0))
        case .counted(let number): return first + number
        case .weekday(let month, let week, let day):
            let first = CalendarDay(firstOf: month, in: year)
            // Sunday is 6 in the calendar and 0 in the rule.
            let found = first + ((day + 6 - first.weekday) % 7 + (week - 1) * 7)
            return found.date.month == month ? found : found - 7
        }
    }
}
