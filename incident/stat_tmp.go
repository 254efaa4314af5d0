package incident
var Divides int
var Dbg2 = true
