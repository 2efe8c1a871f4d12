@echo off
rem The command line of an installed Slipway, by the Node that comes with it.
"%~dp0..\node\node.exe" "%~dp0..\app.asar.unpacked\main\cli\slipway.ts" %*
