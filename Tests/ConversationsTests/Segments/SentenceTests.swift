import Conversations
import Testing

@Suite struct `A text of words` {
    @Test(arguments: [
        (["Hello", ",", "how", "are", "you", "?"], "Hello, how are you?"), (["今天", "天气", "很", "好", "。"], "今天天气很好。"),
        (["明日", "は", "東京", "、", "京都"], "明日は東京、京都"), (["我", "的", "iPhone", "丢", "了"], "我的 iPhone 丢了"),
        (["วันนี้", "อากาศ", "ดี"], "วันนี้อากาศดี"), (["저는", "서울", "사람입니다."], "저는 서울 사람입니다."), (["two  parts", "here"], "two parts here"),
    ]) func `has spaces where its script has them`(words: [String], text: String) {
        #expect(Sentence.text(of: words) == text)
    }
}
