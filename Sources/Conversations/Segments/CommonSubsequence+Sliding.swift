extension CommonSubsequence {
    /// Moves edits that lie inside a word to the left, where they lie between words.
    ///
    /// Two places of an edit make the same sequence if the removed or added elements end as the elements before them end. If `ab ac` becomes `ac`, for
    /// example, the edit has removed `ab `, or else `b a`. An edit stays where it is if no such place is between words.
    ///
    /// - Parameters:
    ///   - places: the places of the common elements, in order.
    ///   - isBorder: returns true if a word of the first sequence begins at an index, or the sequence begins or ends there.
    static func slid(_ places: [Place], of first: [Int], and second: [Int], to isBorder: (Int) -> Bool) -> [Place] {
        var places = places
        for index in places.indices {
            let end = index + 1 < places.count ? places[index + 1] : (first: first.count, second: second.count)
            // Numbers of the elements that are removed, and that are added, behind this element.
            let gap = (first: end.first - places[index].first - 1, second: end.second - places[index].second - 1)
            guard (gap.first == 0) != (gap.second == 0) else { continue }
            var moved = 0
            var start: Int { places[index].first + 1 - moved }
            while !(isBorder(start) && isBorder(start + gap.first)), mayMove(index - moved, by: gap, places, first, second) { moved += 1 }
            guard isBorder(start), isBorder(start + gap.first) else { continue }
            for place in index - moved + 1..<index + 1 { places[place] = (places[place].first + gap.first, places[place].second + gap.second) }
        }
        return places
    }

    /// Returns true if a common element may stand behind a gap instead of before the gap. The element then leaves no gap before itself.
    private static func mayMove(_ index: Int, by gap: Place, _ places: [Place], _ first: [Int], _ second: [Int]) -> Bool {
        guard index >= 0 else { return false }
        let place = places[index], before = index > 0 ? places[index - 1] : (first: -1, second: -1)
        return (place.first, place.second) == (before.first + 1, before.second + 1) && first[place.first] == first[place.first + gap.first]
            && second[place.second] == second[place.second + gap.second]
    }
}
