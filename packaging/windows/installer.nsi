; The Windows installer: for one user, without administrator rights.
;
;   makensis -DVERSION=1.2.0 -DNUMBERS=1.2.0.0 -DFILES=DIR -DICON=FILE -DOUT=FILE [-DSIGN=COMMAND] installer.nsi
;
; FILES holds pilothouse.exe and the texts. SIGN is run with each file to sign.
; Installer and uninstaller take /S to ask nothing and /D=DIR (installer, last) for
; another folder; the uninstaller takes /DELETEDATA to delete the operator's data.

Target amd64-unicode
Unicode true
SetCompressor /SOLID lzma
SetCompressorDictSize 64
SetDateSave off
RequestExecutionLevel user
ManifestSupportedOS Win10
ManifestDPIAware true

!include MUI2.nsh
!include FileFunc.nsh
!include LogicLib.nsh
!include x64.nsh
!include WinVer.nsh

!define ID io.github.pilothouse.Pilothouse
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\${ID}"
!define CAPABILITIES "Software\Pilothouse\Capabilities"
!define WINDOW_CLASS GLFW30
!define WINDOW_TITLE Pilothouse

!ifdef SIGN
  !finalize '${SIGN} "%1"' = 0
  !uninstfinalize '${SIGN} "%1"' = 0
!endif

Name Pilothouse
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\Pilothouse"
InstallDirRegKey HKCU "${UNINSTALL}" InstallLocation
BrandingText "Pilothouse ${VERSION}"

VIProductVersion "${NUMBERS}"
VIAddVersionKey ProductName Pilothouse
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey FileDescription "Installs Pilothouse"
VIAddVersionKey CompanyName "The Pilothouse authors"
VIAddVersionKey LegalCopyright "Copyright (c) 2026 The Pilothouse authors. MIT licence."

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_ABORTWARNING
!define MUI_WELCOMEPAGE_TEXT "Pilothouse shows what your devices say over MQTT, and who said it. It is installed for you alone, and needs no administrator.$\r$\n$\r$\nDevices on this computer can connect at once. When you let devices on other computers in, Windows Firewall asks once whether Pilothouse may accept connections: allow it for private networks, and only there.$\r$\n$\r$\nWhat Pilothouse keeps is in $LOCALAPPDATA\Pilothouse, and stays there when you update or remove it."
!define MUI_FINISHPAGE_RUN "$INSTDIR\pilothouse.exe"
!define MUI_FINISHPAGE_RUN_TEXT "Start Pilothouse: a demo of ten ferries sails at the first start"

!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_LICENSE "${FILES}\LICENSE.txt"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE English

; EndRunning asks a running Pilothouse to close its window, waits ten seconds for
; that and five for its end, and ends what is left, a hub without a window among it.
!macro EndRunning un
Function ${un}EndRunning
  StrCpy $1 0
  ${Do}
    FindWindow $0 "${WINDOW_CLASS}" "${WINDOW_TITLE}"
    ${If} $0 = 0
      ${ExitDo}
    ${EndIf}
    ${If} $1 = 0
      DetailPrint "Pilothouse is running: asking it to close."
      SendMessage $0 ${WM_CLOSE} 0 0 /TIMEOUT=2000
    ${EndIf}
    IntOp $1 $1 + 1
    Sleep 200
  ${LoopUntil} $1 >= 50
  ; A file that cannot be opened for writing is still in use.
  ${If} ${FileExists} "$INSTDIR\pilothouse.exe"
    StrCpy $1 0
    ${Do}
      ClearErrors
      FileOpen $0 "$INSTDIR\pilothouse.exe" a
      ${IfNot} ${Errors}
        FileClose $0
        ${ExitDo}
      ${EndIf}
      ${If} $1 = 25
        nsExec::Exec '"$SYSDIR\taskkill.exe" /F /IM pilothouse.exe'
        Pop $0
      ${EndIf}
      IntOp $1 $1 + 1
      Sleep 200
    ${LoopUntil} $1 >= 150
  ${EndIf}
FunctionEnd
!macroend
!insertmacro EndRunning ""
!insertmacro EndRunning "un."

Function .onInit
  ${IfNot} ${RunningX64}
    MessageBox MB_OK|MB_ICONSTOP "Pilothouse needs a 64-bit Windows." /SD IDOK
    SetErrorLevel 2
    Quit
  ${EndIf}
  ${IfNot} ${AtLeastWin10}
    MessageBox MB_OK|MB_ICONSTOP "Pilothouse needs Windows 10 or later." /SD IDOK
    SetErrorLevel 2
    Quit
  ${EndIf}
FunctionEnd

Section Install
  Call EndRunning
  SetOutPath "$INSTDIR"
  ClearErrors
  File "${FILES}\pilothouse.exe"
  ${If} ${Errors}
    DetailPrint "$INSTDIR\pilothouse.exe cannot be replaced."
    SetErrorLevel 3
    Abort "Pilothouse is still running: close it, and start the installer again."
  ${EndIf}
  File "${FILES}\LICENSE.txt"
  File "${FILES}\LICENCES.txt"
  File "${FILES}\CHANGELOG.txt"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortCut "$SMPROGRAMS\Pilothouse.lnk" "$INSTDIR\pilothouse.exe" "" "$INSTDIR\pilothouse.exe" 0 SW_SHOWNORMAL "" "See what your devices say over MQTT"

  ; Workspace files.
  WriteRegStr HKCU "Software\Classes\Pilothouse.Workspace" "" "Pilothouse workspace"
  WriteRegStr HKCU "Software\Classes\Pilothouse.Workspace\DefaultIcon" "" "$INSTDIR\pilothouse.exe,0"
  WriteRegStr HKCU "Software\Classes\Pilothouse.Workspace\shell\open\command" "" '"$INSTDIR\pilothouse.exe" "%1"'
  WriteRegStr HKCU "Software\Classes\.pilothouse" "" Pilothouse.Workspace
  WriteRegStr HKCU "Software\Classes\.pilothouse" "Content Type" "application/vnd.pilothouse.workspace+json"

  ; Links to brokers: Windows asks which program is to open them when there are several.
  WriteRegStr HKCU "Software\Classes\Pilothouse.Link" "" "URL:MQTT broker"
  WriteRegStr HKCU "Software\Classes\Pilothouse.Link" "URL Protocol" ""
  WriteRegStr HKCU "Software\Classes\Pilothouse.Link\DefaultIcon" "" "$INSTDIR\pilothouse.exe,0"
  WriteRegStr HKCU "Software\Classes\Pilothouse.Link\shell\open\command" "" '"$INSTDIR\pilothouse.exe" "%1"'
  WriteRegStr HKCU "${CAPABILITIES}" ApplicationName Pilothouse
  WriteRegStr HKCU "${CAPABILITIES}" ApplicationDescription "See what your devices say over MQTT, and who said it"
  WriteRegStr HKCU "${CAPABILITIES}\FileAssociations" .pilothouse Pilothouse.Workspace
  WriteRegStr HKCU "${CAPABILITIES}\UrlAssociations" mqtt Pilothouse.Link
  WriteRegStr HKCU "${CAPABILITIES}\UrlAssociations" mqtts Pilothouse.Link
  WriteRegStr HKCU "Software\RegisteredApplications" Pilothouse "${CAPABILITIES}"
  ${RefreshShellIcons}

  WriteRegStr HKCU "${UNINSTALL}" DisplayName Pilothouse
  WriteRegStr HKCU "${UNINSTALL}" DisplayVersion "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" DisplayIcon "$INSTDIR\pilothouse.exe,0"
  WriteRegStr HKCU "${UNINSTALL}" Publisher "The Pilothouse authors"
  WriteRegStr HKCU "${UNINSTALL}" URLInfoAbout "https://github.com/pilothouse/pilothouse"
  WriteRegStr HKCU "${UNINSTALL}" InstallLocation "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" UninstallString '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL}" QuietUninstallString '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL}" NoModify 1
  WriteRegDWORD HKCU "${UNINSTALL}" NoRepair 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD HKCU "${UNINSTALL}" EstimatedSize $0
SectionEnd

Section Uninstall
  Call un.EndRunning
  Delete "$INSTDIR\pilothouse.exe"
  Delete "$INSTDIR\LICENSE.txt"
  Delete "$INSTDIR\LICENCES.txt"
  Delete "$INSTDIR\CHANGELOG.txt"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\Pilothouse.lnk"

  ReadRegStr $0 HKCU "Software\Classes\.pilothouse" ""
  ${If} $0 == Pilothouse.Workspace
    DeleteRegKey HKCU "Software\Classes\.pilothouse"
  ${EndIf}
  DeleteRegKey HKCU "Software\Classes\Pilothouse.Workspace"
  DeleteRegKey HKCU "Software\Classes\Pilothouse.Link"
  DeleteRegValue HKCU "Software\RegisteredApplications" Pilothouse
  DeleteRegKey HKCU "Software\Pilothouse"
  DeleteRegKey HKCU "${UNINSTALL}"
  ${un.RefreshShellIcons}

  ; The operator's data stays unless it is asked for; asking nobody keeps it.
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/DELETEDATA" $1
  ${IfNot} ${Errors}
    RMDir /r "$LOCALAPPDATA\Pilothouse"
  ${ElseIf} ${FileExists} "$LOCALAPPDATA\Pilothouse\*.*"
    MessageBox MB_YESNO|MB_DEFBUTTON2|MB_ICONQUESTION "Delete your settings and everything the broker has kept, too?$\r$\n$\r$\n$LOCALAPPDATA\Pilothouse" /SD IDNO IDNO keep
    RMDir /r "$LOCALAPPDATA\Pilothouse"
    keep:
  ${EndIf}
SectionEnd
