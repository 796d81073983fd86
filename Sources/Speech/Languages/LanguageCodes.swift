/// The codes of ISO 639, by which a language is known to exist. Old codes of two letters, and Whisper's for Javanese, are `LanguageTag.usual`'s.
///
/// Source: ISO 639-2 and ISO 639-3, as the package iso-codes has them (version 4.15).
enum LanguageCodes {
    /// True if a language has this code, which is in lower case.
    static func has(_ code: String) -> Bool { code.utf8.count == 2 ? short.contains(code) : long.contains(code) }

    /// Returns the code of two letters for one of three; nil when the language has no other.
    static func shortened(_ code: String) -> String? { shorter[code] }

    private static let shorter = Dictionary(
        shorterText.split(whereSeparator: \.isWhitespace).map { (String($0.prefix(3)), String($0.suffix(2))) },
        uniquingKeysWith: { first, _ in first })

    private static let short = Set(shorter.values)

    private static let long = Set(
        longText.split(whereSeparator: \.isWhitespace).flatMap { group in group.dropFirst(2).map { String(group.prefix(2)) + String($0) } }
    ).union(shorter.keys)

    /// A code of three letters, older ones for libraries among them, and the one of two letters for the same language.
    private static let shorterText = """
        aaraa abkab afraf akaak albsq amham araar argan armhy asmas avaav aveae aymay azeaz bakba bambm baqeu belbe benbn bisbi bodbo bosbs
        brebr bulbg burmy catca cescs chach chece chizh chucu chvcv corkw cosco crecr cymcy czecs danda deude divdv dutnl dzodz ellel engen
        epoeo estet euseu eweee faofo fasfa fijfj finfi frafr frefr fryfy fulff geoka gerde glagd glega glggl glvgv greel grngn gujgu hatht
        hauha hbssh hebhe herhz hinhi hmoho hrvhr hunhu hyehy iboig iceis idoio iiiii ikuiu ileie inaia indid ipkik islis itait javjv jpnja
        kalkl kankn kasks katka kaukr kazkk khmkm kikki kinrw kirky komkv konkg korko kuakj kurku laolo latla lavlv limli linln litlt ltzlb
        lublu luglg macmk mahmh malml maomi marmr mayms mkdmk mlgmg mltmt monmn mrimi msams myamy nauna navnv nblnr ndend ndong nepne nldnl
        nnonn nobnb norno nyany ocioc ojioj orior ormom ossos panpa perfa plipi polpl porpt pusps quequ rohrm ronro rumro runrn rusru sagsg
        sansa sinsi slksk slosk slvsl smese smosm snasn sndsd somso sotst spaes sqisq srdsc srpsr sswss sunsu swasw swesv tahty tamta tattt
        telte tgktg tgltl thath tibbo tirti tonto tsntn tsots tuktk turtr twitw uigug ukruk urdur uzbuz venve vievi volvo welcy wlnwa wolwo
        xhoxh yidyi yoryo zhaza zhozh zulzu
        """

    /// The first two letters of codes, and each third one after them.
    private static let longText = """
        aaabcdefghiklnopqrstuwxz ababcdefghijklmnopqrstuvwxyz acabdefhiklmnpqrstuvwxyz adabdefghijlnoqrstuwxyz aeabcdeklmnqrsuwyz
        afbdeghiknoprstuz agabcdefghijklmnoqrstuvwxyz ahabghiklmnoprst aiabcdefghijklmnopqrtwxy ajaginpsuwz akabcdefghijklmopqrstuvwxyz
        alacdefhijklmnopqrstuwxyz amabcefghijklmnopqrstuvwxyz anabcdefghijklmnopqrstuvwxyz aoabcdefgijklmnrstuxz apbcdefghijklmnopqrstuvwxyz
        aqcdgkmnprtz arabcdeghijklnopqrsuvwxyz asabcefghijklmnopqrstuvwxyz atabcdegijklmnopqrstuvwxyz auabcdghijklmnopqrtuwxyz
        avabdeiklmnostuv awabceghikmnorstuvwxy axbegklmx ayabcdeghiklmnopqrstuz azabdegjmnotz baabcefghjklmnoprsuvwxy
        bbabcdefghijklmnopqrstuvwxy bcabcdefghijklmnopqrstuvwyz bdabcdefghijklmnopqrstuvwxyz beabcdefghijklmnopqstuvwxyz
        bfabcdefghijklmnopqrstuwxyz bgabcdefgijklnopqrstuvwxyz bhabcdefghijlmnopqrstuvwxyz biabdefgklmnopqrstuvwxyz
        bjabcefghijklmnoprstuvwxyz bkacdfghijklmnopqrstuvwxyz blabcdefhijklmnopqrstvwxyz bmabcdefghijklmnopqrstuvwxz
        bnabcdefgijklmnopqrsuvwxyz boabdefghijklmnopqrstuvwxyz bpacdeghijklmnopqrstuvwxyz bqabcdfghijklmnopqrstuvwxyz
        brabcdefghijklmnopqrstuvwxyz bsabcefghijklmnopqrstuvwxy btacdefghijmnopqrstuvwxyz buabcdefghijklmnopqstuvwxyz
        bvabcdefghijklmnopqrtuvwxyz bwabcdefghijklmnopqrstuwxyz bxabcdefghijklmnopqrsuvwz byabcdefghijklmnopqrstvwxz
        bzabcdefghijklmnopqrstuvwxyz caabcdefghjklmnopqrstvwxyz cbbcdgijklnoqrstuvwy cccdeghjlmopr cdaefhijmnorsyz ceabgknsty cfadgm cgacgk
        chabcdefghjklmnopqrtuvwxyz ciabcdehkmnprwy cjaehikmnopsvy ckbhlmnoqrstuvxyz clacdehijklmotuwy cmaegilmnorst cnabcghiklopqrstuwx
        coabcdefghjklmnopqrstuvwxz cpabcginosuxy cqd crabcdefghijklmnoqrstvwxyz csabcdefghijklmnopqrstvwxyz ctacdeghlmnopstuyz
        cuabchijklopqrtuvwxy cvgn cwabdegt cyabmo czhknot daacdeghijklmnoqrsuvwxz dbabdefgijlmnopqrtuvwy dccr ddadegijnorsw
        decdefghiklmnpqrsuvz dgabcdeghiklnorstwxz dhdgilmnorsuvwx diabcdfghijklmnopqrsuvwxyz djabcdefijkmnoruw dkagkrsx dlgkmn
        dmabcdefgklmorsuvwxy dnadegijknortuvwy doabcefhiklnopqrstvwxyz dpp drbcdegilnoqstuy dsbehilnoqz dtabdhikmnoprstuy
        duabcefghiklmnopqrsuvwxyz dva dwakrsuwyz dyabdgimnouy dzaeglno eaa ebcgkoru ecrsy eee efaei egalmoy ehsu eiptv eja ekaegiklmopry
        elehiklmoux emabegikmnpqsuwxyz enabcdfghlmnoqruvwx eot epio eraghikorstw eseghiklmnoqstuy etbchnorstuxz eus evehn eweo ext eyao ezae
        faabdfghijklmnoprstuxyz fbl fcs fer ffim fgr fiaefjlnprtw fkkv flahilnry fmpu fnbgi fodimnrs fpe fqs fracdkmopqrsty fsels
        fubcdefhijlmnqrtuvy fvr fwae gaabcdefghijklmnopqrstuwxyz gbabdefghijklmnopqrsuvwxyz gccdeflnrt gdabcdefghijklmnoqrstux
        geabcdfghijklqsvwxyz gfkt ggabdegkltuw ghacehklnorst giabcdeghilmnpqrstuwxyz gjkmnru gkadenopu glabcdeghjkloruvwy gmabdghlmnruvxyz
        gnabcdeghijklmnoqrtuwz goabcdefghijklmnopqrstuvwxyz gpaen gqainru grabcdghijmnoqrstuvwxyz gseglmnopsw gtau
        guabcdefghijklmnopqrstuwxz gvacefjlmnoprsy gwabcdefgijmnrtuwx gxx gyabdefgilmnoryz gzain haabcdefghijklmnopqrstuvwxyz hbabnosu hcah
        hdnsy heabdghimr hgmw hhiry hiabdfghijklnortwx hji hkaehkns hlabdetu hmabcdefghijklmnopqrstuvwyz hnadeghijnosu hoabcdehijlmoprstvwyz
        hpos hracekmoptuvwxz hsbhlns htiosux hubcdefghijklmnopqrstuvwxyz hvceknv hwaco hyaew iainr ibabdeghlmnoruy icahlr idabcdeiorstu
        ifabefkmuy igbeglmnosw ihbipw iiin ijcejns ikeikloprstuvwxz ilabegikmopsuv imailnorsty inabdghjlmnopstz ioruw ipiko iquw irehiknruxy
        isacdeghiklmnortu itabdeiklmorstvwxyz ium ivbv iwkmos ixcl iyaox izhrz jaabcdefhjklmnoqstuvxyz jbeijkmnortuw jcst jdagt jebehiklnrtu
        jgbeko jhis jiabcdeghilmoqtuvy jjer jkamoprsu jles jmabcdilnrswx jnadgijls jobdgrsw jpanr jqr jrabrtu jsl juabcdhiklmnoprstuwy jvdn
        jwi jyaey kaabcdefghijklmnopqstuvwxyz kbabcdeghijklmnopqrstuvwxyz kcabcdefghijklmnopqrstuvwxyz kdacdefghijklmnpqrtuwxyz
        keabcdefghijklmnopqrstuvwxyz kfabcdefghijklmnopqrstuvwxyz kgabefgijklmnopqrstuvwxy khabcdefghjklmnopqrstuvwxyz
        kiabcdefghijklmnopqrstuvwxyz kjabcdeghijklmnopqrstuvxyz kkabcdefghijklmnopqrstuvwxyz klabcdefghijklmnopqrstuvwxyz
        kmabcdefghijklmnopqrstuvwxyz knabcdefgijklmnopqrstuvwxyz koacdefghiklmnopqrstuvwyz kpabcdefghijklmnoqrstuvwxyz
        kqabcdefghijklmnopqrstuvwxyz krabcdefhijklnprstuvwxyz ksabcdefghijklmnopqrstuvwxyz ktabcdefghijklmnopqstuvwxyz
        kuabcdefghijklmnopqrstuvwxyz kvabcdefghijklmnopqrtuvwxyz kwabcdefghijklmnoprstuvwxyz kxabcdfhijkmnopqrstvwxyz
        kyabcdefghijklmnopqrstuvwxyz kzabcdefgiklmnopqrsuvwxyz laabcdefghijlmnopqrstuvwxyz lbbcefgijklmnoqrstuvwxyz lccdefhlmpqs
        ldabdghijklmnopq leabcdefhijklmnopqrstuvwxyz lfan lgabghiklmnoqrtuz lhahilmnpstu liabcdefghjklmnopqrstuvwxyz ljaeilpwx
        lkabcdehijlmnorstuy llabcdefghijklmnpqsux lmabcdefghijklnopqruvwxy lnabdghijlmnsuwz loabcefghijklmnopqrstuvwxyz lpaenox lqr
        lracegiklmnortvz lsabcdehilmnoprstvwy ltcghinosuz luabcdefgijklmnopqrstuvwyz lvaiksu lwaeghlmostuw lxm lyagn lzhlnz
        maabdefghijklmnqrstuvwxz mbabcdefhijklmnopqrstuvwxyz mcabcdefghijklmnopqrstuvwxyz mdabcdefghijklmnpqrstuvwxyz
        meabcdefhijklmnopqrstuvwyz mfabcdefghijklmnopqrstuvwxyz mgabcdefghijklmnopqrstuvwyz mhabcdefgijklmnopqrstuwxyz
        miabcdefghijklmnopqrtuwxyz mjbcdeghijklmnopqrstuvwxyz mkabcdefgijklmnopqrstuvwxyz mlabcefghijklmnopqrstuvwxz
        mmabcdefghijklmnopqrtuvwxyz mnabcdefghijklmnpqrsuvwxyz moacdeghijkmnopqrstuvwxyz mpabcdeghijklmnopqrstuvwxyz
        mqabcefghijklmnopqrstuvwxyz mrabcdefghijklmnopqrstuvwxyz msabcdefghijklmnopqrsuvwxyz mtabcdefghijklmnopqrstuvwxy
        muabcdeghijkmopqrstuvxyz mvabdefghiklnopqrstuvwxyz mwabcefghiklmnopqrstuvwz mxabcdefghijklmnopqrstuvwxyz myabcefghjklmoprsuvwxyz
        mzabcdeghijklmnopqrstuvwxyz naabcefgjklmnopqrstuvwxyz nbabcdeghijklmnopqrstuvwy ncabcdefghijklmnoqrstuxz
        ndabcdefghijklmnopqrstuvwxyz neabcdefghijkmnopqrstuvwxyz nfadlru ngabcdeghijklmnpqrstuvwxyz nhabcdefghikmnopqrtuvwxyz
        niabdefghijklmnoqrstuvwxyz njabdhijlmnorstuxyz nkabcdefghijkmnopqrstuvwxz nlacdegijklmoquvwxyz nmabcdefghijklmnopqrstuvwxyz
        nnabcdefghijklmnopqrtuvwyz noabcdefghijklmnpqrstuvwyz npabghilnosuxy nqgklmnoqty nrabcefgiklmnprtuxz nsabcdefghiklmnopqrstuvwxyz
        ntdegijkmopruwxyz nuacdefghijklmnopqrstuvwxyz nvhmo nwabcegimorwxy nxadegiklmnoqrx nyabcdefghijklmnopqrstuvwxy nzabdikmsuyz oaacrv
        obiklmortu ocahimou odaktu ofosu ogbcegou ohtu oiaen ojbcgipsvw okabcdeghijklmnorsuvxz oladekmortu omabcgiklnoprtuwxy
        onabegijknoprstuwx oodgnrs opakmoty oraceghimnorstuvwxyz osacinopstux otabdeiklmnqrstuwxyz ouabeim ovd owil oybdmy ozm
        pabcdefghiklmnopqrsuvwxyz pbbcefghilmnoprstuvy pcabcdefghijklmnpw pdacinotu peabdefghijklmopqsvxyz pfael pgadgiklnsuz
        phadghjklmnoqrtuvw piabcdefghjlmnoprstuvwxyz pjt pkabcghnoprstu plabcdeghijklnoqrstuvwyz pmabdefhijklmnoqrstwxyz
        pnabcdeghijklmnopqrstuvwxyz pocefghiklmnopqrstvwxy ppeiklmnopqstu pqam prcdefghiklmnopqrstuwxz psacdeghilmnopqrstuwy ptahinopqrtuvwy
        puabcdefgijmopqrstuwxy pwabgimnorw pxm pyemnsuxy pzhn quabcdefghiklmnpqrsvwxyz qvacehijlmnopswyz qwachmst qxachlnopqrstuw qyap
        raabcdfghijklmnopqrstuvwxyz rbbklp rcf rdb reabegijlmnrsty rgaeknrsu rhgp riabflmnrtu rjgis rkabhimtw rmabcdefghiklmnopqstuvwxyz
        rnbdglnprw robcdefghlmnopruw rpnt rriot rsbklmn rtchmsw rubcefghiknopqstuyz rwaklmor rxdw rynsu rzh saabcdefghjkmnoqrstuvwxyz
        sbabcdefghijklmnopqrstuvwxyz scbefghiklnopqstuvwx sdabcefghjklnopqrstuxz seabcdefghijklnopqrstuvwyz sfbemsw sgabcdeghijkmprstuwxyz
        shabcdeghijklmnopqrstuvwxyz siabdefghijklmnpqrsuvwxyz sjabdegklmnoprstuw skabcdefghijmnopqrstuvwxyz slcdefghijklmnpqrstuvwxyz
        smabcefghjklmnopqrstuvwxyz snacdefgijklmnopqrsuvwxyz soabcdeghijklmopqrstuvwxyz spabcdegiklmnopqrstuvxy sqahikmnoqrstux
        srabcdefghiklmnopqrstuvwxyz ssbcdefghijklmnopqrstuvwxyz stabdefghijklmnopqrstuvwy suabcegijknoqrstvwxyz svabcekmsx
        swabcefghijklmnopqrstuvwxy sxbcegklmnorsuw syabciklmnorswxy szabcdeglnpsvwy taabcdefghjklmnopqrstuvwxyz tbacdefghijklmnoprstuvwxyz
        tcabcdefghiklmnopqstuwxyz tdabcdefghijklmnoqrstvxy teabcdefghiklmnopqrstuvwxyz tfinort tgabcdefhijklnopqrstuvwxyz
        thadefhiklmnpqrstuvyz tiacfghijklmnopqrstuvwxyz tjagijlmnopsuw tkabdefglmnpqrstuvwxz tlabcdfghijklmnopqrstuvxy
        tmabcdefghijklmnoqrstuvwyz tnabcdghiklmnopqrstuvwxyz tobcdfghijklmnopqrsuvwxyz tpacefgijklmnopqrtuvwxyz tqblmnopqrtuw
        trabcdefghijlmnopqrstuvwxyz tsabcdeghijklmnopqrstuvwxyz ttabcdefghijklmnopqrstuvwyz tuabcdefghijklmnoqrsuvxyz tvadeklmnostuwxy
        twabcdefghilmnopqrtuwxy txabceghijmnoqrstuxy tyaehijlnprstuvxyz tzahjlmnox uamnr ubailruy udaegijlmu ues ufi ugabehnoy uhan uigsv
        uji ukaghiklpqrsuvwy ulabcefiklmnuw umabcdgimnoprsu unaegikmnruxz uon upiv urabcdefghiklmnoprtuvwxyz usahikpsu utaehpru uumru uvehl
        uwa uya uzbns vaaefghijlmnoprsuvy vbbk vecdlmnopr vgrt vicdefglnstv vkajklmnoptuz vlps vmabcdefghijklmpqrsuvwxyz vnkmp volrt vraost
        vsilv vto vumnt vwa waabcdefghijlmnopqrstuvwxyz wbabefhijklmpqrstvw wcai wddgjktuy weacdghimoprstuw wfg wgabgiouy whagku
        wibcefghijklmnruvy wjai wkabdlruwy wlaceghiklmnorsuvwxy wmabcdeghimnostwx wnbcdegikmnopuwy woabcdefgiklmnorswy wpc
        wrbghiklmnoprsuvwxyz wsagikrsuv wtfhikmw wuabdhlmnrtuvxy wwaborw wxaw wybimnry xaabcdegijklmnopqrstuvwy xbbcdegijmnoprwy
        xcbceghlmnortuvwy xdackmoqy xebdglmprstu xfa xgabdfgilmruw xhacdemortuv xibilnrsvy xjbt xkabcdefgijklnopqrstuvwxyz xlabcdeginopsuy
        xmabcdefghjklmnopqrstuvwxyz xnabghijkmnoqrstuyz xocdgikmnoprw xpabcdefghijklmnopqrstuvwxyz xqat xrabdegimnrtuw xsabcdehijlmnopqrsuvy
        xtabcdeghijlmnopqrstuvwy xuabdgjlmnoprtu xveinos xwacdegjklortw xxbkmrt xyabjklty xzhmp yaabcdefghijklmnopqrstuvwxyz ybabehijklmnoxy
        ychlnp ydadegk yeaceijlrstuvy ygailmprsuw yhadls yiadfghijklmnpqrstuvxz ykagiklmnortuy ylabegilmnoruy ymbcdeghiklmnopqrsxz
        ynadegklnoqsu yobgiklmnrtxy ypabghmnopz yrabeklmnoswy yscdglmnoprsy ytalpwy yuabcdefgijklmnpqrtwxyz yvat ywaglnqrtuw yxaglmuy yyruz
        yzgk zaabcdefghijklmopqrstuvwxyz zbaceltuw zcadh zdj zeaghn zgabhmnr zhabdinow ziabklmnwz zkabdghknoprtuvz zlajmnq
        zmabcdefghijklmnopqrstuvwxyz znaegks zochmoqrs zpabcdefghijklmnopqrstuvwxyz zqe zragnops zsaklmru zteglmnpqstuxy zuahlmny zwa
        zybgjnp zzaj
        """
}
