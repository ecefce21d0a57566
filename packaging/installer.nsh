; Windows has no list of link schemes that an installer fills in by itself: links of the form cachewright:///… open the program.
!macro customInstall
  WriteRegStr SHELL_CONTEXT "Software\Classes\cachewright" "" "URL:Cachewright"
  WriteRegStr SHELL_CONTEXT "Software\Classes\cachewright" "URL Protocol" ""
  WriteRegStr SHELL_CONTEXT "Software\Classes\cachewright\DefaultIcon" "" "$INSTDIR\${APP_EXECUTABLE_FILENAME},0"
  WriteRegStr SHELL_CONTEXT "Software\Classes\cachewright\shell\open\command" "" '"$INSTDIR\${APP_EXECUTABLE_FILENAME}" "%1"'
!macroend

!macro customUnInstall
  DeleteRegKey SHELL_CONTEXT "Software\Classes\cachewright"
!macroend
