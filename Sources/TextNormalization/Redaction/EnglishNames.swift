/// Frequent given and family names of people who speak English, in lower case.
enum EnglishNames {
    private static func set(_ list: String) -> Set<String> { Set(list.split(whereSeparator: \.isWhitespace).map(String.init)) }

    static let given = set(
        """
        james robert john michael david william richard joseph thomas charles christopher daniel matthew anthony mark donald steven paul andrew joshua
        kenneth kevin brian george timothy ronald edward jason jeffrey ryan jacob gary nicholas eric jonathan stephen larry justin scott brandon benjamin
        samuel gregory alexander frank patrick raymond jack dennis jerry tyler aaron jose adam nathan henry douglas zachary peter kyle noah ethan jeremy
        walter christian keith roger terry austin sean gerald carl harold dylan arthur lawrence jordan jesse bryan billy bruce gabriel joe logan alan juan
        albert willie elijah wayne randy vincent mason roy ralph bobby russell bradley philip eugene liam oliver lucas theodore leo owen caleb isaac
        hunter connor evan luke miguel carlos antonio luis victor martin oscar diego hector ricardo fernando francisco pedro javier jorge manuel roberto
        mario sergio eduardo rafael alejandro mohammed muhammad ahmed ali omar hassan ibrahim yusuf amir wei chen raj ravi sanjay anil vijay arjun rahul
        mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty sandra margaret ashley kimberly emily donna michelle
        carol amanda melissa deborah stephanie dorothy rebecca sharon laura cynthia amy kathleen angela shirley brenda emma anna pamela nicole samantha
        katherine christine helen debra rachel carolyn janet maria catherine heather diane olivia julie joyce victoria ruth virginia lauren kelly
        christina joan evelyn judith andrea hannah megan cheryl jacqueline martha madison teresa gloria sara janice ann kathryn abigail sophia frances
        jean alice judy isabella julia grace amber denise danielle marilyn beverly charlotte natalie theresa diana brittany doris kayla alexis lori marie
        jane joanna anne ellen claire lucy zoe chloe mia ava ella lily rosa carmen elena sofia lucia ana guadalupe fatima aisha leila mei priya anita
        sunita deepa kavita ingrid astrid greta bill will bob tom jim mike dave steve chris dan matt tony ken tim ron ed jeff greg ben sam pete fred nick
        alex max kate katie beth sue jen jenny liz becky meg peggy sally molly nora hazel ivy rose may june april dawn hope faith joy eva ian neil colin
        graham stuart simon nigel clive trevor malcolm hugh ewan fiona heidi gwen bridget maureen eileen norma wanda priscilla tara tina erin stacy tracy
        """)

    static let family = set(
        """
        smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez gonzalez wilson anderson thomas taylor moore jackson
        martin lee perez thompson white harris sanchez clark ramirez lewis robinson walker young allen king wright scott torres nguyen hill flores green
        adams nelson baker hall rivera campbell mitchell carter roberts gomez phillips evans turner diaz parker cruz edwards collins reyes stewart morris
        morales murphy cook rogers gutierrez ortiz morgan cooper peterson bailey reed kelly howard ramos kim cox ward richardson watson brooks chavez wood
        james bennett gray mendoza ruiz hughes price alvarez castillo sanders patel myers long ross foster jimenez powell jenkins perry russell sullivan
        bell coleman butler henderson barnes gonzales fisher vasquez simmons romero jordan patterson alexander hamilton graham reynolds griffin wallace
        moreno west cole hayes bryant herrera gibson ellis tran medina aguilar stevens murray ford castro marshall owens harrison fernandez mcdonald
        woods washington kennedy wells vargas henry chen freeman webb tucker guzman burns crawford olson simpson porter hunter gordon mendez silva shaw
        snyder mason dixon munoz hunt hicks holmes palmer wagner black robertson boyd rose stone salazar fox warren mills meyer rice schmidt garza
        daniels ferguson nichols stephens soto weaver ryan gardner payne grant dunn kelley spencer hawkins arnold pierce hansen peters santos hart
        bradley knight elliott cunningham duncan armstrong hudson carroll lane riley andrews alvarado ray delgado berry perkins hoffman johnston matthews
        pena richards contreras willis carpenter lawrence sandoval guerrero george chapman rios estrada ortega watkins greene nunez wheeler valdez harper
        burke larson santiago maldonado morrison franklin carlson austin dominguez carr lawson jacobs obrien lynch singh vega bishop montgomery oliver
        jensen harvey williamson gilbert dean sims espinoza howell li wong reid hanson le mccoy garrett burton fuller wang weber welch rojas lucas
        marquez fields park yang little banks padilla day walsh bowman schultz luna fowler mejia doe khan ahmed hussain kowalski novak muller schneider
        fischer becker schulz o'brien o'connor o'neill murdoch macdonald mackenzie sinclair fraser
        """)

    /// Names that are other words too. A capital inside a sentence, a title or another name tells that a person is meant.
    static let ambiguous = set(
        """
        ali amber april art austin baker banks bell berry bill bishop black brown burns butler carpenter case charlotte chase chen china christian
        cliff cole cook cross cruz dale dan dawn day dean diego drew earl ed english faith fields fisher flores ford fowler fox frank french fuller
        gardner gene glen grace grant gray green hall hamilton harper hart hazel hill hope houston hudson hunt hunter ivy jack jan jean jordan joy
        june ken king knight lane law le lee li lily lincoln little logan long love madison major mark marshall mason max may mei miles mills moss
        park parker pat perry porter potter price raj ray reed rice rich rivers rob ron rose santiago santos sky stone sue turner victoria virginia
        walker ward washington weaver webb wei wells west wheeler white will wood woods young
        """)
}
